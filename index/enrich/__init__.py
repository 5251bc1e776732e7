"""What is read in an article: boilerplate, title, date, source, agencies, countries, people, dates."""

from index.enrich.article import enrich

__all__ = ["enrich"]
