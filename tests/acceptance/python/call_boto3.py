"""boto3, one call per line: {"service", "method", "arguments", "credentials"?} in, {"result"} or {"error"} out.

Beside it {"http", "url", "headers", "body"}: a request with JSON, for what is no AWS API.
"""

import json
import os
import ssl
import sys
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

once = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=30)
clients = {}


def client(service, credentials):
    key = (service, json.dumps(credentials, sort_keys=True))
    if key not in clients:
        names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        given = dict(zip(names, credentials)) if credentials else {}
        clients[key] = boto3.client(service, config=once, **given)
    return clients[key]


def http(call):
    context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    body = None if call["body"] is None else json.dumps(call["body"]).encode()
    request = urllib.request.Request(call["url"], body, call["headers"], method=call["http"])
    try:
        with opener.open(request, timeout=30) as response:
            return {"result": json.loads(response.read() or b"null")}
    except urllib.error.HTTPError as error:
        return {"error": {"code": str(error.code), "message": error.read().decode(), "status": error.code}}


def answer(call):
    if "http" in call:
        return http(call)
    try:
        method = getattr(client(call["service"], call.get("credentials")), call["method"])
        result = method(**call["arguments"])
        result.pop("ResponseMetadata", None)
        return {"result": result}
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {"error": {"code": error.response["Error"]["Code"], "message": error.response["Error"].get("Message", ""), "status": status}}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=str), flush=True)
