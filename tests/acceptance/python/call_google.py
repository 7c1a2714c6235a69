"""google-auth, one request per line: {"login", "method", "url", "body"?, "headers"?} in, {"status", "text"} or {"error"} out.

`login` is null, the path of a credentials file, or an external account as an object.
"""

import json
import sys

import google.auth.exceptions
import google.auth.transport.requests
import requests
from google.auth import identity_pool, pluggable
from google.oauth2 import service_account

SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
plain = requests.Session()
sessions = {}


def credentials(login):
    # not `load_credentials_from_file`: it asks a host that cannot be named otherwise for the project
    if isinstance(login, str):
        return service_account.Credentials.from_service_account_file(login, scopes=SCOPES)
    kind = pluggable if "executable" in login["credential_source"] else identity_pool
    return kind.Credentials.from_info(login, scopes=SCOPES)


def session(login):
    if login is None:
        return plain
    key = json.dumps(login, sort_keys=True)
    if key not in sessions:
        sessions[key] = google.auth.transport.requests.AuthorizedSession(credentials(login))
    return sessions[key]


def call(asked):
    try:
        answer = session(asked["login"]).request(
            asked["method"], asked["url"], json=asked.get("body"), headers=asked.get("headers"), timeout=30
        )
        return {"status": answer.status_code, "text": answer.text}
    except google.auth.exceptions.GoogleAuthError as error:
        return {"error": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    print(json.dumps(call(json.loads(line))), flush=True)
