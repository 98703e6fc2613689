"""Key pairs. Their public keys are not read: the fingerprint tells one from another."""

from guardian.adapters.aws.ec2.words import identity, keyed, tags
from guardian.adapters.aws.read import Names, Read, by, renamed

_NAMES: Names = {
    "fingerprint": "KeyFingerprint",
    "key_name": "KeyName",
    "key_pair_id": "KeyPairId",
    "key_type": "KeyType",
}

KEY_PAIR = Read(
    calls={"describe_key_pairs"},
    key=by("key_name"),
    # A list without pages.
    listed=lambda asked, _: keyed(asked.every("describe_key_pairs", "KeyPairs"), "KeyName"),
    bulk=lambda item: {**renamed(item, _NAMES), "tags": tags(item)},
    identity=lambda item: identity(item, name=item["KeyName"]),
)
