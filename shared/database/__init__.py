"""PostgreSQL: connections, the one transaction there is, migrations, daily partitions."""
