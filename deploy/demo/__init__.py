"""The demonstration: a real grocery's year, published as a storefront would, and what the product makes of it.

`python -m deploy.demo` (`make run`) in the order of its course:

hosting, places       the servers on one machine, or the addresses of those in containers
grocery, people       the real baskets; who is new, who agreed to be written to
marketing             segments, campaigns, policy and consents, over the services' APIs with the roles' keys
messages, history     baskets as messages, broken messages; the first months in bulk
schedule, publisher   what is published when, and through which door; the seed decides, so a restart goes on
inbox, audience       an SMTP server with a page; people who open, click, buy and unsubscribe
checker, timing       reads the five databases from outside, read-only; from publication to mail
drained, audit        waits until nothing is under way; what must hold then
view, summary, show   the terminal; the end; the course of it all
progress              what a restart needs to know
"""
