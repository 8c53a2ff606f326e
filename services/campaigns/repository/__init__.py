"""All SQL of campaigns; domain objects come out."""
