"""Mutations about what is done outside: webhooks, and what was given up."""

import strawberry

from graph.errors import Refused
from graph.kinds import RelationshipEventKind, UserErrorCode
from resolvers.asking import Info, ledger_of, wiki_of
from resolvers.declare import ref
from resolvers.happenings import LEAVE_OUT, WIKI
from resolvers.inputs import decode_as
from resolvers.refusals import UserError, refusing
from resolvers.telling import or_none
from resolvers.webhook import Webhook


@strawberry.input(description="An address that is to be told what happens.")
class CreateWebhookInput:
    """Where to, and what."""

    wiki: str = strawberry.field(description=WIKI)
    url: str = strawberry.field(
        description="Where to: https, on the public network. Redirects are not followed."
    )
    kinds: list[RelationshipEventKind] | None = strawberry.field(
        default=LEAVE_OUT, description="Which events; null or left out: all."
    )


@strawberry.input(description="Which webhook is given another secret.")
class RotateWebhookSecretInput:
    """A webhook that is there."""

    webhook: strawberry.ID = strawberry.field(description="Its global id.")


@strawberry.input(description="Which webhook is told nothing more.")
class RemoveWebhookInput:
    """A webhook that is there."""

    webhook: strawberry.ID = strawberry.field(description="Its global id.")


@strawberry.input(description="What is to be tried again.")
class RetryDeliveriesInput:
    """All that was given up on a wiki, or one thing."""

    wiki: str = strawberry.field(description=WIKI)
    delivery: strawberry.ID | None = strawberry.field(
        default=LEAVE_OUT, description="One alone; null or left out: all that are `DEAD`."
    )


@strawberry.type(description="The webhook, and its secret.")
class WebhookSecretPayload:
    """What became of it."""

    webhook: Webhook | None = strawberry.field(default=None, description="The webhook.")
    secret: str | None = strawberry.field(
        default=None,
        description=(
            "What signs its messages (HMAC-SHA256, as Standard Webhooks has it). It is shown now and to nobody "
            "afterwards, but for a repeat under an idempotency key."
        ),
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


@strawberry.type(description="The webhook as it is now.")
class RemoveWebhookPayload:
    """What became of it."""

    webhook: Webhook | None = strawberry.field(default=None, description="The webhook.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


@strawberry.type(description="How much is tried again.")
class RetryDeliveriesPayload:
    """What became of it."""

    retried: int = strawberry.field(default=0, description="How many deliveries.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


@refusing(WebhookSecretPayload)
async def create_webhook(info: Info, input: CreateWebhookInput) -> WebhookSecretPayload:
    """Make a webhook."""
    wiki = await wiki_of(info, input.wiki)
    made, secret = await ledger_of(info).webhooks.create(
        wiki, input.url, or_none(input.kinds), info.context["caller"].name
    )
    return WebhookSecretPayload(webhook=ref("Webhook", wiki, made), secret=secret)


@refusing(WebhookSecretPayload)
async def rotate_webhook_secret(info: Info, input: RotateWebhookSecretInput) -> WebhookSecretPayload:
    """Give a webhook another secret."""
    which = decode_as(input.webhook, ("Webhook",), "webhook")
    secret = await ledger_of(info).webhooks.rotate(which.wiki, which.key)
    return WebhookSecretPayload(webhook=ref("Webhook", which.wiki, which.key), secret=secret)


@refusing(RemoveWebhookPayload)
async def remove_webhook(info: Info, input: RemoveWebhookInput) -> RemoveWebhookPayload:
    """Tell a webhook nothing more."""
    which = decode_as(input.webhook, ("Webhook",), "webhook")
    await ledger_of(info).webhooks.end(which.wiki, which.key)
    return RemoveWebhookPayload(webhook=ref("Webhook", which.wiki, which.key))


@refusing(RetryDeliveriesPayload)
async def retry_deliveries(info: Info, input: RetryDeliveriesInput) -> RetryDeliveriesPayload:
    """Try again what was given up."""
    wiki, one = await wiki_of(info, input.wiki), or_none(input.delivery)
    which = None if one is None else decode_as(one, ("Delivery",), "delivery")
    if which is not None and which.wiki != wiki:
        raise Refused(UserErrorCode.INVALID, "That delivery is another wiki's.", "delivery")
    count = await ledger_of(info).deliveries.revive(wiki, None if which is None else which.key)
    if which is not None and not count:
        raise Refused(UserErrorCode.NOT_FOUND, "Nothing of that id was given up.", "delivery")
    return RetryDeliveriesPayload(retried=count)
