"""What `make run` starts when it is not configured: Postgres, Valkey and a mail catcher, all from wheels.

For one machine and its tests; production names its own services (DATABASE_URL, REDIS_URL, MAIL_*).
"""
