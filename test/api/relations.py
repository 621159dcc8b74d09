"""Rules between members of a request, which JSON Schema for OpenAPI parameters cannot express.

Generated requests are adjusted to these rules, so that any remaining refusal is a defect.
"""

import unicodedata
from urllib.parse import unquote

import schemathesis

# Free text. The pattern in the document covers the basic plane, which contains most refused
# characters.
TEXTS = ("title", "reason")


def shown(text):
    """Replaces each format and private character beyond the basic plane by a letter."""
    return "".join(
        "x" if c > "\uffff" and unicodedata.category(c) in ("Cf", "Co") else c for c in text
    )


def relate_texts(members):
    for key, value in members.items():
        if isinstance(value, dict):
            relate_texts(value)
        elif key in TEXTS and isinstance(value, str):
            members[key] = shown(value)


def is_short(reason):
    return not isinstance(reason, str) or len(reason.strip()) < 10


def relate_query(query):
    # One parameter with two names. Both may be given, but not with different values.
    if "team" in query and "namespace" in query:
        query["namespace"] = query["team"]
    # A cursor is opaque and comes from the Link header of the previous page.
    query.pop("cursor", None)
    relate_texts(query)
    # A mass deletion needs a reason.
    if is_short(query.get("reason")):
        query.pop("allowMassDelete", None)


def relate_body(body):
    relate_texts(body)
    for key in ("plugins", "themes"):
        if isinstance(body.get(key), list):
            body[key] = first_of_each_slug(body[key])
    if isinstance(body.get("patch"), dict):
        relate_body(body["patch"])
    if "team" in body and "namespace" in body:
        body["namespace"] = body["team"]
    # One member with two names.
    if "engine" in body:
        body.pop("type", None)
    if "admin" in body:
        body.pop("adminUser", None)
    if is_short(body.get("reason")):
        body.pop("allowMassDelete", None)
    # A preview of a change names the store and either a patch or an action.
    if "patch" in body or "action" in body:
        if "patch" in body:
            body.pop("action", None)
        for member in set(body) - {"name", "team", "namespace", "patch", "action"}:
            del body[member]


def first_of_each_slug(entries):
    seen = {}
    for entry in entries:
        if isinstance(entry, dict):
            seen.setdefault(str(entry.get("slug")), entry)
    return list(seen.values())


@schemathesis.hook
def before_call(context, case, kwargs):
    if isinstance(case.query, dict):
        relate_query(case.query)
    if isinstance(case.body, dict):
        relate_body(case.body)
        # The name of the store, repeated as confirmation.
        if isinstance(case.body.get("confirm"), str) and "name" in case.path_parameters:
            case.body["confirm"] = unquote(case.path_parameters["name"])
