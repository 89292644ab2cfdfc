"""Names of the reference that this language does not have: why, what is expected, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

from campaign_nb.rules.functions.signature import Misuse

REFUSED: Mapping[str, Misuse] = {
    "aes_encrypt": (
        "aes_encrypt: a rule is a readable text, which can't keep the key of a cipher",
        "a digest, which needs no key",
        "cn.fn.sha256_digest(customers.email)",
    ),
    "count_distinct": (
        "count_distinct: it counts linked rows",
        "rows of a link",
        'customers.orders.count_distinct("product")',
    ),
    "string_agg": (
        "string_agg: it joins texts of linked rows",
        "rows of a link",
        'customers.orders.string_agg("product", "; ")',
    ),
    "get_mirror_url": (
        "get_mirror_url: no server keeps a page of each message, so there is no address to give",
        "a page of your own, with its address in a column",
        'cn.fn.concat("https://example.org/m/", customers.customer_id)',
    ),
    "node_value": (
        "node_value: a rule reads columns, not documents inside them",
        "the value as a column, taken out of the XML when the table is made",
        'shop.table("customers", frame.with_columns(tier=…))',
    ),
    "virtual_link": (
        "virtual_link: a link is not made inside a rule",
        "a link that the data model declares",
        'shop.table("orders", …, links={"customer": cn.Link("customers", on="customer_id")})',
    ),
    "virtual_link_str": (
        "virtual_link_str: a link is not made inside a rule",
        "a link that the data model declares",
        'shop.table("orders", …, links={"customer": cn.Link("customers", on="customer_code")})',
    ),
}
"""By name: what is said, what is expected, and a line to paste."""
