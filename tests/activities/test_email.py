"""Email: who gets one, who is excluded and why, and what the messages say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import Email

PEOPLE = pl.DataFrame(
    {
        "id": [1, 2, 3, 4, 5, 6, 7, 8],
        "name": ["Ann", None, "Cid", "Dee", "Eve", "Fay", "", "Hal"],
        "mail": ["a@example.com", "b@example.com", None, "", "no address", "f@example.com", "g@example.com", " h@example.com"],
        "agreed": [True, True, True, False, None, False, None, True],
    }
)


def campaign(tmp_path: Path, people: pl.DataFrame = PEOPLE, **roles: Any) -> tuple[cn.Campaign, cn.Transition]:
    """A campaign that targets everybody."""
    shop = cn.DataModel("shop", as_of="2026-07-01")
    given: Mapping[str, Any] = roles or {"email": "mail", "consent": {"email": "agreed"}}
    table = shop.table("people", people, key="id", **given)
    spring = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    return spring, spring.build_audience("All", table)


def problems(made: cn.Campaign) -> list[tuple[str, str]]:
    """Where something is wrong, and what."""
    return [(problem.where, problem.what) for problem in made.problems]


def test_the_first_check_that_fails_is_the_reason(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path)
    everybody.email("Offer", subject="Hi", text="Hello")
    run = spring.dry_run()
    assert run["Offer"]["id"].to_list() == [1, 2]
    left = run["Offer", "complement"].select("id", "reason").rows()
    assert left == [
        *((3, "no address"), (4, "no address"), (5, "malformed address")),
        *((6, "no consent"), (7, "no consent"), (8, "malformed address")),
    ]
    assert sorted(run.exclusions.select("reason", "rows").rows()) == [("malformed address", 2), ("no address", 2), ("no consent", 2)]


def test_a_null_is_consent_only_where_it_is_asked_for(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path)
    everybody.email("Offer", subject="Hi", text="Hello", empty_consent=True)
    assert spring.dry_run()["Offer"]["id"].to_list() == [1, 2, 7]


def test_a_transactional_message_needs_no_consent_and_no_consent_column(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path, email="mail")
    everybody.email("Receipt", subject="Hi", text="Hello", category="transactional")
    run = spring.dry_run()
    assert run["Receipt"]["id"].to_list() == [1, 2, 6, 7]
    assert sorted(run.exclusions.select("reason", "rows").rows()) == [("malformed address", 2), ("no address", 2)]


def test_the_outbound_may_go_on_and_the_excluded_too(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path)
    offer = everybody.email("Offer", subject="Hi", text="Hello")
    offer.complement.filter("Unasked", cn.col.reason == "no consent")
    assert spring.dry_run()["Unasked"]["id"].to_list() == [6, 7]


def test_a_run_writes_one_row_per_person_with_the_parts_rendered(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path)
    everybody.email(
        "Offer", subject='Hi {{ name|default("you") }}', html="<p>{{ name }}</p>", text="{% for i in [1, 2] %}{{ i }}{% endfor %}"
    )
    spring.publish(confirm=2)
    spring.runs[0].wait()
    sent = spring.workspace.outbox.frame().sort("person")
    assert sent.select("run", "activity", "person", "channel").is_unique().all()
    assert sent.select("person", "channel", "address", "subject", "html", "text").rows() == [
        ("1", "email", "a@example.com", "Hi Ann", "<p>Ann</p>", "12"),
        ("2", "email", "b@example.com", "Hi you", "<p></p>", "12"),
    ]
    spring.workspace.close()


def test_a_dry_run_counts_messages_lengths_and_missing_values(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path)
    everybody.email("Offer", subject='Hi {{ name|default("you") }}', text="{{ name }}", empty_consent=True)
    found = spring.dry_run().rendering.row(0, named=True)
    assert found == {
        **{"activity": "Offer", "messages": 3},
        **{"subject longest": 6, "text longest": 3, "subject empty": 0, "text empty": 2},
        "without name": 2,
    }


def test_missing_values_are_counted_where_messages_are_rendered_row_by_row_too(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path)
    everybody.email("Offer", subject="Hi", text="{% for i in [1] %}{{ name }}{% endfor %}", empty_consent=True)
    assert spring.dry_run().rendering.select("messages", "text longest", "text empty", "without name").row(0) == (3, 3, 2, 2)


def test_a_table_without_the_roles_is_a_problem(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path, phone="mail")
    everybody.email("Offer", subject="Hi", text="Hello")
    assert problems(spring) == [
        ("email 'Offer'", "table 'people' has no email role"),
        ("email 'Offer'", "table 'people' has no consent column for email"),
    ]


def test_roles_of_another_type_are_problems(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path, email="id", consent={"email": "mail"})
    everybody.email("Offer", subject="Hi", text="Hello")
    assert problems(spring) == [
        ("email 'Offer'", "column 'id', the address of table 'people', is integer"),
        ("email 'Offer'", "column 'mail', the consent of table 'people', is text"),
    ]


def test_unknown_columns_of_every_part_are_problems_with_the_nearest_name(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path)
    everybody.email("Offer", subject="{{ nmae }}", html="<p>{{ mial }}</p>", text="{% for x in agred %}{% endfor %}")
    assert problems(spring) == [
        ("email 'Offer', subject", "no column 'nmae'; did you mean 'name'?"),
        ("email 'Offer', html", "no column 'mial'; did you mean 'mail'?"),
        ("email 'Offer', text", "no column 'agred'; did you mean 'agreed'?"),
    ]


def test_added_columns_can_be_used_in_templates(tmp_path: Path) -> None:
    spring, everybody = campaign(tmp_path)
    everybody.enrich("Greeting", greeting=cn.fn.upper(cn.col.name)).email("Offer", subject="{{ greeting }}", text="x")
    assert not spring.problems
    assert spring.dry_run().rendering["without greeting"].to_list() == [1]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"subject": "Hi"}, "it has no body"),
        ({"subject": " ", "text": "x"}, "it is empty"),
        ({"subject": "Hi\nBcc: x@example.org", "text": "x"}, "it has a line break or a control character"),
        ({"subject": "Hi", "text": "{{ name"}, "line 1: unexpected end of template"),
        ({"subject": "Hi", "html": "<p title={{ name }}>"}, "outside of quotes"),
        ({"subject": "Hi", "text": "x", "category": "spam"}, "category='spam'"),
    ],
)
def test_what_can_not_be_a_message_is_refused_when_it_is_written(options: Mapping[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        Email.of(**options)


def test_an_error_of_a_template_in_a_run_says_where_and_shows_nobodys_data(tmp_path: Path) -> None:
    rows = PEOPLE.with_columns(last=pl.Series([[{"product": "Tea"}]] * 8))
    spring, everybody = campaign(tmp_path, rows)
    everybody.email("Offer", subject="Hi", html="{% for o in last %}{{ o.prodct }}{% endfor %}")
    with pytest.raises(cn.ActivityError, match="html template\n  no column 'prodct' in a line\n  expected: columns: product"):
        spring.dry_run()
