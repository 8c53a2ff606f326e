from services.campaigns.campaigns import tables as campaigns  # noqa: F401 - each fills the metadata
from services.campaigns.contacts import tables as contacts  # noqa: F401
from services.campaigns.delivery import tables as delivery  # noqa: F401
from services.campaigns.erasures import tables as erasures  # noqa: F401
from services.campaigns.gate import tables as gate  # noqa: F401
from services.campaigns.messages import tables as messages  # noqa: F401
from services.campaigns.metadata import metadata
from services.campaigns.tracking import tables as tracking  # noqa: F401
from shared.database.migrate import run_env

run_env(metadata)
