"""The hosts' integrations: tokens, feeds, webhooks. No column shows a secret, its hash or its salt."""

from urllib.parse import urlsplit

from flask_admin.actions import action
from flask_babel import lazy_gettext as _l

from webapp.admin.base import TableAdmin, actor, each
from webapp.models import ApiToken, Feed, WebhookEndpoint
from webapp.services.accounts.tokens import revoke_token
from webapp.services.ical.feeds import revoke_feed
from webapp.services.webhooks.content import WebhookChange
from webapp.services.webhooks.endpoints import change_webhook


class TokenAdmin(TableAdmin):
    column_list = ("id", "host.slug", "name", "scope", "created_at", "expires_at", "last_used_at")
    more_details = ("public_id",)
    column_searchable_list = ("name", "host.slug")
    column_filters = ("host.slug", "scope", "created_at", "expires_at", "last_used_at")
    column_labels = {"host.slug": _l("Host")}

    @action("revoke", _l("Revoke"), _l("Revoke these tokens? They cannot be brought back."))
    def revoke(self, ids: list[str]) -> None:
        def command(row_id: int) -> None:
            token: ApiToken = self.row(row_id)
            revoke_token(token.public_id, host_id=token.host_id, actor=actor())

        each(ids, command)


class FeedAdmin(TableAdmin):
    column_list = ("id", "host.slug", "name", "detail", "created_at", "last_used_at")
    more_details = ("public_id",)
    column_searchable_list = ("name", "host.slug")
    column_filters = ("host.slug", "detail", "created_at", "last_used_at")
    column_labels = {"host.slug": _l("Host")}

    @action("revoke", _l("Revoke"), _l("Revoke these feeds? They cannot be brought back."))
    def revoke(self, ids: list[str]) -> None:
        def command(row_id: int) -> None:
            feed: Feed = self.row(row_id)
            revoke_feed(feed.public_id, host_id=feed.host_id, actor=actor())

        each(ids, command)


class WebhookAdmin(TableAdmin):
    """Shows only the server of the URL, because the rest is often a secret of the receiving program."""

    column_list = (
        "id",
        "host.slug",
        "url",
        "description",
        "events",
        "is_active",
        "disabled_at",
        "failing_since",
        "created_at",
    )
    more_details = ("public_id", "paused_until", "lent_until", "is_slow")
    column_searchable_list = ("description", "host.slug")
    column_filters = ("host.slug", "is_active", "disabled_at", "failing_since", "is_slow", "created_at")
    column_labels = {"host.slug": _l("Host"), "url": _l("Server")}
    column_formatters = {"url": lambda _view, _context, webhook, _name: _server(webhook.url)}
    column_formatters_detail = column_formatters_export = column_formatters

    @action("switch_off", _l("Switch off"), _l("Switch off these webhooks? What waits for them is not sent."))
    def switch_off(self, ids: list[str]) -> None:
        def command(row_id: int) -> None:
            webhook: WebhookEndpoint = self.row(row_id)
            off = WebhookChange(is_active=False)
            change_webhook(webhook.public_id, off, host_id=webhook.host_id, actor=actor())

        each(ids, command)


def _server(url: str) -> str:
    return urlsplit(url).netloc


def views() -> list[TableAdmin]:
    """The views in menu order."""
    return [
        TokenAdmin(ApiToken, _l("Tokens"), endpoint="admin_tokens", url="tokens"),
        FeedAdmin(Feed, _l("Feeds"), endpoint="admin_feeds", url="feeds"),
        WebhookAdmin(WebhookEndpoint, _l("Webhooks"), endpoint="admin_webhooks", url="webhooks"),
    ]
