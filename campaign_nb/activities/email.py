"""Email: one message per person of the population."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Effect, Port
from campaign_nb.data.model import roles_of
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.messages.content import WITHOUT, Template, template
from campaign_nb.messages.eligibility import checks, consent_of
from campaign_nb.rules import tree
from campaign_nb.rules.tree import Type
from campaign_nb.steps import SEND_AT, Filter, Population, Rejected, Render, Step


class Email(Activity):
    """Send one e-mail to each person who may get it.

    The complement holds the excluded, each with its reason.

    Shape: the outbound transition is who it was attempted for; a message is one row, unique by run, activity, person
    and channel. Excluded, in this order: no address, malformed address, no consent.
    Nulls: a null consent is no consent, unless `empty_consent`. A null in a template prints nothing and is counted: a
    dry run's `rendering` says for how many messages each column is empty.
    Errors: a table without the email role, without a consent column (marketing), a template that names unknown columns.
    """

    kind = "email"
    label = "Email"
    icon = "mail"
    family = "channel"
    barrier = "after"
    channel = "email"

    subject: Template
    """The subject, a template."""
    html: Template | None = None
    """The HTML body, a template; values are escaped."""
    text: Template | None = None
    """The plain-text body, a template."""
    category: Literal["marketing", "transactional"] = "marketing"
    """Marketing needs consent, transactional does not."""
    empty_consent: bool = False
    """Whether a null consent counts as consent."""

    @classmethod
    def of(
        cls,
        *,
        subject: str,
        html: str | None = None,
        text: str | None = None,
        category: Literal["marketing", "transactional"] = "marketing",
        empty_consent: bool = False,
    ) -> Self:
        """Build from templates: Jinja's variables, conditions, loops and filters."""
        if html is None and text is None:
            raise DefinitionError(Problem("email", "it has no body", "html= or text=", 'html="<p>Hello {{ first_name }}</p>"'))
        if category not in ("marketing", "transactional"):
            raise DefinitionError(Problem("email", f"category={category!r}", "marketing or transactional", 'category="marketing"'))
        return cls(
            subject=template(subject, "header"),
            html=None if html is None else template(html, "html"),
            text=None if text is None else template(text, "text"),
            category=category,
            empty_consent=empty_consent,
        )

    def ports(self) -> tuple[Port, ...]:
        """Those it was attempted for and the excluded."""
        return (Port(), Port(COMPLEMENT, complement=True))

    def _templates(self) -> dict[str, Template]:
        return {name: item for name, item in (("subject", self.subject), ("html", self.html), ("text", self.text)) if item is not None}

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield missing roles and what is wrong with the templates."""
        where, population = f"email {context.label!r}", inputs[0]
        roles, table = roles_of(population.table), population.table.label
        if roles.email is None:
            yield Problem(
                where, f"table {table!r} has no email role", "the column that holds the address", f'shop.table({table!r}, …, email="email")'
            )
        else:
            yield from _typed(population, where, roles.email, "address", Type.TEXT)
        if self.category == "marketing" and "email" not in roles.consent:
            yield Problem(
                where,
                f"table {table!r} has no consent column for email",
                "a column that says who agreed; or a transactional message",
                f'shop.table({table!r}, …, consent={{"email": "email_opt_in"}})',
            )
        elif self.category == "marketing":
            yield from _typed(population, where, roles.consent["email"], "consent", Type.BOOLEAN)
        for name, item in self._templates().items():
            yield from item.problems(population, f"{where}, {name}")

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Filter by eligibility, then render."""
        roles = roles_of(inputs[0].population.table)
        address = tree.Column(roles.email or "")
        consent = consent_of(roles, "email", self.empty_consent) if self.category == "marketing" else None
        eligible = Filter(inputs[0], checks("email", address, consent))
        parts: list[tuple[str, tree.Node]] = []
        rest: list[tuple[str, Template]] = []
        for name, item in self._templates().items():
            value = item.value(inputs[0].population)
            if value is None:
                rest.append((name, item))
            else:
                parts.append((name, value))
        parts += [(SEND_AT, tree.Column(SEND_AT))] if SEND_AT in inputs[0].population.extra else []
        columns = sorted({column for item in self._templates().values() for column in item.names})
        parts += [(f"{WITHOUT}{column}", tree.IsEmpty(tree.Column(column))) for column in columns]
        message = Render(eligible, "email", address, tuple(parts), tuple(rest))
        return Compiled({OUT: eligible, COMPLEMENT: Rejected(eligible)}, drops=(eligible,), effects=(Effect("send", "email", message),))


def _typed(population: Population, where: str, column: str, role: str, kind: Type) -> Iterator[Problem]:
    """Yield a role whose column is of another type than it must be."""
    found = population.scope.row.column(column)
    if found is not None and found.type not in (kind, Type.UNKNOWN):
        what = f"column {column!r}, the {role} of table {population.table.label!r}, is {found.type}"
        yield Problem(where, what, f"a {kind} column", "make one where the table is read")
