"""Which names tell of a secret, and what of a text is masked, with both sides of each line."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.difference import PathChange, masked
from guardian.domain.freetext import without_secrets
from guardian.domain.redaction import MASK, is_secret, tells
from guardian.domain.scrubbing import scrubbed

# Of the AWS provider's schema and of other providers'.
SECRET = """
    access_token admin_user_password api_key auth_token client_secret connection_string credentials
    db_password oauth_token passwords private_key sasl_password secret secret_access_key secret_string
    ses_smtp_password_v4 shared_secret smb_guest_password token tunnel1_preshared_key
    DB_PW DB_PASS DbPassword dbPassword DB-Password apiKey APIKey X-Api-Key privateKey passWord PGPASSWORD
    pw psk wifi_psk pre_shared_key sentry_dsn kubeconfig kube_config kubeConfig custom_data startup_script
    metadata_startup_script user_data
"""
SECRET_TEXT = """
    auth basic_auth encryption_key signing_key license_key licence_key bgp_auth_key cookie session_cookie
    Set-Cookie otp totp pin user_pin PIN community_string Authorization encryption_key_base64
"""
PUBLIC = """
    access_policies activation allow_cookies auth_mode auth_scheme auth_type auth_token_enabled
    auth_token_update_strategy authentication_mode authorization authorization_type authorizer_id
    author automatic_failover_enabled cookie_behavior cookie_duration cookie_name compass connection_type
    credentials_arn custom_auth_mode db_parameter_group_name encryption_configuration encryption_key_arn
    encryption_mode encryption_type engine_version grant_type hash_key http_tokens iam_auth identity_pin_count
    key key_arn key_id key_name key_pair_name key_type key_usage kms_encryption_key kms_key_id
    kms_master_key_id license_model license_type master_user_secret_kms_key_id minimum_password_length
    opinion option_name partition_key password_length password_policy password_wo_version pinned pipeline
    pinpoint_app_id preshared_key_arn preshared_key_storage public_key range_key s3_key secret_arn secret_name
    secrets_manager_arn selective_auth shipping signing_algorithm signing_profile_version_arn spinnaker
    ssh_key_name ssh_public_key sse_type subnet_id tag_key token_endpoint token_signing_public_keys tokyo
    user_data_replace_on_change environment_id
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_a_name_that_tells(name):
    assert tells(name)
    assert tells(name, "x")
    assert not tells(name, True)


@pytest.mark.parametrize("name", SECRET_TEXT.split())
def test_a_name_that_tells_of_text_and_not_of_a_block(name):
    assert tells(name, "x")
    assert tells(name, 1234)
    assert tells(name, ["x", "y"])
    assert not tells(name, [{"x": 1}])
    assert not tells(name, True)


@pytest.mark.parametrize("name", PUBLIC.split())
def test_a_public_name(name):
    assert not tells(name)
    assert not tells(name, "x")


def test_where_a_key_is_is_no_key():
    for place in ("arn:aws:kms:eu-west-1:1:key/x", "alias/main", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"):
        assert not tells("encryption_key", place)
    assert tells("encryption_key", "hunter2")


def test_an_environment_is_secret_and_its_name_is_not():
    assert not tells("environment", "production")
    assert tells("environment", [{"variables": {"A": "x"}}])
    assert tells("environment", "A=x")
    assert is_secret(("environment", 0, "variables", "A"), ())
    assert not is_secret(("tags", "environment"), (), "staging", "production")


def test_a_path_ends_with_what_its_values_are():
    assert is_secret(("login", "pin"), (), None, "1234")
    assert is_secret(("keys", "signing_key", 0), (), "a")
    assert not is_secret(("signing_key",), (), [{"id": "a"}])
    difference = PathChange(path=("encryption_key",), before="hunter1", after="hunter2")
    assert masked(difference, frozenset()).after == MASK


S = "S3cr"
TEXTS = {
    f"DB_PASSWORD={S}": f"DB_PASSWORD={MASK}",
    f"export DB_PASSWORD={S} horse battery": f"export DB_PASSWORD={MASK}",
    f"A=1\nDB_PASSWORD={S} {S}\nB=2": f"A=1\nDB_PASSWORD={MASK}\nB=2",
    f"password: {S} {S}\nuser: me": f"password: {MASK}\nuser: me",
    f"password:{S},x": f"password:{MASK}",
    f"password:\n  {S}\nuser: me": f"password:\n  {MASK}\nuser: me",
    f"password: |\n  {S}\n  {S}\n": f"password: {MASK}",
    f"Server=x;Password={S};User=me": f"Server=x;Password={MASK};User=me",
    f'Server=x;Password="{S};{S}";User=me': f'Server=x;Password="{MASK}";User=me',
    f"Authorization: Bearer {S}": f"Authorization: {MASK}",
    f"authorization: Basic {S}": f"authorization: {MASK}",
    f"send it with bearer {S}": f"send it with bearer {MASK}",
    f"https://h.example/?a=1&token={S}&b=2": f"https://h.example/?a=1&token={MASK}&b=2",
    f"https://h.example/?sv=1&sig={S}": f"https://h.example/?sv=1&sig={MASK}",
    f"run --password {S} --verbose": f"run --password {MASK} --verbose",
    f"run --password='{S} x' --verbose": f"run --password='{MASK}' --verbose",
    f"run --api-key={S}": f"run --api-key={MASK}",
    f"mysql -u root -p{S} app": f"mysql -u {MASK} -p{MASK} app",
    f"curl -u me:{S} https://h.example": f"curl -u {MASK} https://h.example",
    f"https://hooks.slack.com/services/T0/B0/{S}": f"https://hooks.slack.com/{MASK}",
    f"postgres://u:{S}@h/db": MASK,
    f"redis://:{S}@h": MASK,
    f'[x "password": "{S}", "a": 1': f'[x "password": "{MASK}", "a": 1',
    f'x {{\\"password\\":\\"{S}\\"}}': f'x {{\\"password\\":{MASK}',
    f"<a><password>{S}</password></a>": f"<a><password>{MASK}</password></a>",
    f"secrets = [{S}, {S}]\nx = {S}": f"secrets = {MASK}",
    f"- name: DB_PASSWORD\n  value: {S}": MASK,
    f"db.password => '{S}'": f"db.password => '{MASK}'",
    f"PIN={S}": f"PIN={MASK}",
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.items(), ids=range(len(TEXTS)))
def test_what_a_text_tells_is_masked_in_it(text, shown):
    assert without_secrets(text) == shown
    assert S not in shown


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
        "secretsmanager:GetSecretValue",
        "sts:GetSessionToken",
        "http_tokens = required",
        "key_name: main",
        "https://h.example/?page=2#token",
        "https://token.actions.githubusercontent.com",
        "users must change the password every 90 days",
        "shipping: fast; opinion=good",
        "mysqld on port 3306",
        "tar -pxzf a.tgz",
        '{ $.eventName = "ConsoleLogin" && $.errorMessage = "Failed authentication" }',
        "cookie_name=session",
        "2026-03-01T03:04:05Z",
        "password",
        "valueFrom:\n  secretKeyRef:\n    name: db-secret\n    key: password",
    ],
)
def test_a_text_that_tells_nothing_is_left(text):
    assert without_secrets(text) == text


def test_json_is_searched_wherever_it_begins_a_line():
    for before in ("", "  ", "\n\t", "\ufeff", "a comment\n"):
        for after in ("", "\n", "\nthe end"):
            shown = scrubbed(
                f'{before}{{"password":"{S}", "list": [{{"name": "DB_PW", "value": "{S}"}}]}}{after}'
            )
            assert shown.startswith(f'{before}{{"password": "{MASK}"')
            assert shown.endswith(after)
            assert S not in shown
    lines = f'{{"a": 1}}\n{{"token": "{S}"}}\npassword: {S}\n'
    assert scrubbed(lines) == f'{{"a": 1}}\n{{"token": "{MASK}"}}\npassword: {MASK}\n'


NAMING = {"name", "Name", "ParameterKey", "parameter_name", "key", "variable"}


@pytest.mark.parametrize(
    "pair",
    [
        {"name": "DB_PW", "value": S},
        {"Name": "DB_PASS", "Value": S},
        {"ParameterKey": "DbPassword", "ParameterValue": S},
        {"parameter_name": "db_password", "parameter_value": S},
        {"key": "Cookie", "values": [S]},
        {"variable": "API_TOKEN", "default": S},
    ],
)
def test_a_pair_tells_by_its_name(pair):
    assert S not in json.dumps(scrubbed([pair]))
    assert S not in scrubbed(json.dumps([pair]))
    plain = {name: "DB_HOST" if name in NAMING else each for name, each in pair.items()}
    assert scrubbed([plain]) == [plain]


def test_the_word_after_a_flag_is_masked():
    assert scrubbed(["run", "--db-password", S, "--verbose", "x"]) == [
        "run",
        "--db-password",
        MASK,
        "--verbose",
        "x",
    ]


def test_json_that_is_nested_too_deeply_is_masked():
    assert scrubbed("[" * 100_000 + "]" * 100_000) == MASK
    assert scrubbed("[" * 700 + f'{{"password": "{S}"}}' + "]" * 700).count(S) == 0


words = st.sampled_from(
    [
        "password",
        "=",
        ":",
        " ",
        "\n",
        '"',
        "'",
        "\\",
        "{",
        "[",
        "}",
        "<a>",
        "--token",
        "://",
        "@",
        "x",
        "é",
        "Bearer ",
    ]
)


@given(st.lists(words, max_size=30).map("".join))
def test_what_is_masked_once_stays_so_and_any_text_can_be_looked_at(text):
    scrubbed(text)
    assert S not in scrubbed(f"{text}\nDB_PASSWORD={S}\n")


@pytest.mark.parametrize(
    "seed",
    [
        *("password=", "a", "a.", "--password ", "<a ", "bearer ", "://a:", "name: pin ", "key:"),
        *("password='\\", "[{", "[\n", "password:\n", "token \t", "arn:aws:"),
    ],
)
def test_looking_takes_time_in_proportion_to_a_text(seed):
    text = f"mysql token bearer </ value: 1 ://{seed * (400_000 // len(seed))}"
    began = time.process_time()
    scrubbed(text)
    assert time.process_time() - began < 10
