"""The language compiled to SQL over analytics' own tables: the second opinion beside the engine's."""

from services.analytics.segments.domain.sql.scopes import EVERYBODY, Customers, Everybody, Scope, Share
from services.analytics.segments.domain.sql.statement import compile_fill, compile_sql, compile_truths

__all__ = ["EVERYBODY", "Customers", "Everybody", "Scope", "Share", "compile_fill", "compile_sql", "compile_truths"]
