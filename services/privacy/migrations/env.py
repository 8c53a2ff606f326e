"""Tell alembic the tables of all capabilities."""

import services.privacy.consents.tables
import services.privacy.erasures.tables
import services.privacy.identity.tables
import services.privacy.notices.tables
import services.privacy.permits.tables
import services.privacy.preferences.tables
import services.privacy.requests.tables
import services.privacy.seals.tables
import services.privacy.signups.tables
import services.privacy.subject_locks.tables
import services.privacy.suppression_lists.tables
import services.privacy.suppressions.tables  # noqa: F401
from services.privacy.metadata import metadata
from shared.database.migrate import run_env

run_env(metadata)
