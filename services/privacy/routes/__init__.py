"""The HTTP door of privacy."""

from services.privacy.routes import consents, erasures, permits, restrictions, suppressions, unsubscribe

ROUTERS = [
    permits.router,
    consents.router,
    suppressions.router,
    restrictions.router,
    erasures.router,
    unsubscribe.router,
]
PUBLIC = {unsubscribe.PATH}
