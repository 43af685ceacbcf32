"""Settings of Flask-Security: features, lifetimes, and the texts of its messages."""

from datetime import timedelta

from flask_security.utils import aware_utcnow

from webapp.services.accounts.registration import CONFIRM_WITHIN
from webapp.services.accounts.sessions import LONGEST

OPTIONS = {
    "SECURITY_REGISTERABLE": True,
    "SECURITY_CONFIRMABLE": True,
    "SECURITY_RECOVERABLE": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_CHANGE_URL": "/settings/password",
    # The same response for known and unknown addresses.
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=1),
    "SECURITY_CONFIRM_EMAIL_WITHIN": CONFIRM_WITHIN,
    "SECURITY_POST_LOGIN_VIEW": "/calendar",
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    "SECURITY_POST_REGISTER_VIEW": "/login",
    "SECURITY_POST_CHANGE_VIEW": "/settings",
    "SECURITY_POST_VERIFY_VIEW": "/calendar",
    # Logging out requires a CSRF token, like any other change (checked before any view).
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_LOGOUT_CSRF": True,
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    # argon2id as recommended by OWASP. The default takes 64 MB for each login in progress.
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__memory_cost": 19_456,  # KiB
        "argon2__time_cost": 2,
        "argon2__parallelism": 1,
    },
    "SECURITY_PASSWORD_SINGLE_HASH": [
        "argon2"
    ],  # argon2 needs no HMAC before it; a changed SECRET_KEY locks nobody out
    # For the hash of the e-mail address in a signed token, which is mailed only to that address. The default scheme
    # would add 0.3 s to the responses for known accounts only.
    "SECURITY_HASHING_SCHEMES": ["hex_sha256"],
    "SECURITY_DEPRECATED_HASHING_SCHEMES": [],
    # Mails are written when they are sent, so the request renders nothing.
    "SECURITY_EMAIL_PLAINTEXT": False,
    "SECURITY_EMAIL_HTML": False,
    "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": True,
    "SECURITY_DATETIME_FACTORY": aware_utcnow,
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    "PERMANENT_SESSION_LIFETIME": LONGEST,
    "SESSION_REFRESH_EACH_REQUEST": False,
    "SESSION_PROTECTION": None,  # a browser update or a new IP address must not end a session
}

TEXTS = {
    "UNAUTHENTICATED": "Please log in.",
    "GENERIC_AUTHN_FAILED": "E-mail address or password is wrong.",
    "PASSWORD_RESET_NO_LOGIN": "Your password is changed. Log in with it.",
    "PASSWORD_CHANGE": "Your password is changed. All other devices are logged out.",
    "PASSWORD_RESET_EXPIRED": "The link was good for %(within)s. Ask for a new one.",
    "INVALID_RESET_PASSWORD_TOKEN": "The link is incomplete or was used already. Ask for a new one.",
    "INVALID_PASSWORD": "The password is wrong.",
    "PASSWORD_IS_THE_SAME": "This is the password that you have. Choose another.",
    "RETYPE_PASSWORD_MISMATCH": "The passwords are not the same.",
    "PASSWORD_NOT_PROVIDED": "Type a password.",
    "EMAIL_NOT_PROVIDED": "Type an e-mail address.",
    "INVALID_EMAIL_ADDRESS": "Type an e-mail address such as name@example.org.",
    "CONFIRMATION_REQUIRED": "Confirm your address first: open the link that we mailed to you.",
}
_KINDS = dict.fromkeys(("PASSWORD_CHANGE", "PASSWORD_RESET_NO_LOGIN"), "success")
MESSAGES = {f"SECURITY_MSG_{name}": (text, _KINDS.get(name, "error")) for name, text in TEXTS.items()}
