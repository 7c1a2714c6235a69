"""boto3, one call per line: {"service", "method", "arguments", "credentials"?} in, {"result"} or {"error"} out."""

import json
import sys

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


def answer(call):
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
