"""The services that `make run` starts if none are configured: Postgres, Valkey and a mail catcher, all from wheels.

For development and tests on one machine; production configures its own (DATABASE_URL, REDIS_URL, MAIL_*).
"""
