"""All SQL of privacy; domain objects come out.

Every transaction locks in one order: standings by customer id, then addresses by hash and channel. Missing rows are
inserted, sorted, before any is locked; so no two transactions wait for each other in a circle.
"""
