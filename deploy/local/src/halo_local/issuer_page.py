"""The test issuer's sign-in page: plain HTML, where a developer chooses who he is."""

from collections.abc import Iterable
from html import escape
from typing import Final

from halo_local.codes import KnownPerson

ROLES: Final = ("officer", "operator", "coordinator", "clerk", "community", "resident", "ops")
SHOWN: Final = 20
"""So many known people are offered at once; the search finds the others."""

_STYLE: Final = """
*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1rem;color:#1c2321;background:#fff}
input[type=text],input[type=search]{width:100%;min-height:2.75rem;padding:.5rem;font:inherit;border:2px solid #6b7672}
button{min-height:2.75rem;padding:.5rem 1rem;font:inherit;cursor:pointer}
.people button{display:block;width:100%;text-align:left;margin-bottom:.25rem}
label{display:block;font-weight:600;margin-top:.75rem}fieldset label{font-weight:400;margin:.35rem 0}
fieldset{margin-top:.75rem}.warn{background:#fff6da;padding:.75rem;border-left:.4rem solid #b07d00}
"""


def sign_in_page(asked: Iterable[tuple[str, str]], people: Iterable[KnownPerson], search: str) -> str:
    """Return the page; `asked` are the parameters of `/authorize`, which the forms carry on."""
    hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(text)}">' for name, text in asked)
    roles = "".join(f'<label><input type="checkbox" name="roles" value="{role}"> {role}</label>' for role in ROLES)
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in (development)</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>{_STYLE}</style></head><body><main><h1>Sign in for development</h1>
<p class="warn">This issuer signs in anybody as anybody. It listens on this machine only.</p>
{_people(hidden, people, search)}
<h2>Somebody of your own making</h2>
<form method="post" action="/authorize">{hidden}
<label for="sub">Subject</label><input type="text" id="sub" name="sub" required maxlength="100" autocomplete="off">
<fieldset><legend>Roles</legend>{roles}</fieldset>
<label for="codes">Kelurahan codes, with blanks between</label>
<input type="text" id="codes" name="kelurahan_codes" autocomplete="off">
<p><button>Sign in</button></p></form></main></body></html>"""


def _people(hidden: str, people: Iterable[KnownPerson], search: str) -> str:
    words = search.casefold().split()
    found = [person for person in people if all(word in _told(person).casefold() for word in words)]
    if not found and not search:
        return ""
    buttons = "".join(
        f'<button name="person" value="{escape(person.sub)}">{escape(_told(person))}</button>'
        for person in found[:SHOWN]
    )
    more = f"<p>{len(found) - SHOWN} more; search for them.</p>" if len(found) > SHOWN else ""
    return f"""<h2>Known people</h2>
<form method="get" action="/authorize">{hidden}<label for="search">Search: name, role, kelurahan, RW</label>
<input type="search" id="search" name="search" value="{escape(search)}"><p><button>Search</button></p></form>
<form method="post" action="/authorize" class="people">{hidden}
{buttons or "<p>Nobody is called so.</p>"}</form>{more}"""


def _told(person: KnownPerson) -> str:
    return f"{person.name} ({', '.join(person.roles)}) {' '.join(person.kelurahan_codes)}"
