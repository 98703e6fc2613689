"""Task definitions: a revision never changes but for its tags, so that most of it is compared in vain."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Read, block, named, tags_of
from guardian.domain.fingerprint import PLAIN, Shape


def _asked_for(attributes: Attributes) -> str:
    """Return the revision; the family where its newest one is followed."""
    return str(attributes["family"] if attributes.get("track_latest") else attributes["arn"])


def _listed(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    # The list of all revisions tells their ARNs alone, and keeps each that was ever made.
    names = sorted({_asked_for(each) for each in known})
    answers = asked.many(
        lambda name: asked.one(
            "describe_task_definition", absent={"ClientException"}, taskDefinition=name, include=["TAGS"]
        ),
        names,
    )
    return {
        name: {**answer["taskDefinition"], "tags": answer.get("tags") or ()}
        for name, answer in zip(names, answers, strict=True)
        if answer is not None and answer["taskDefinition"]["status"] == "ACTIVE"
    }


def _bulk(item: Mapping[str, Any]) -> Attributes:
    arn = item["taskDefinitionArn"]
    return {
        "arn": arn,
        "arn_without_revision": arn.rpartition(":")[0],
        "family": item["family"],
        "revision": item["revision"],
        "container_definitions": json.dumps(_containers(item["containerDefinitions"])),
        "cpu": item.get("cpu"),
        "memory": item.get("memory"),
        "enable_fault_injection": item.get("enableFaultInjection"),
        "ephemeral_storage": named(item.get("ephemeralStorage"), size_in_gib="sizeInGiB"),
        "execution_role_arn": item.get("executionRoleArn"),
        "task_role_arn": item.get("taskRoleArn"),
        "inference_accelerator": [
            {"device_name": each["deviceName"], "device_type": each["deviceType"]}
            for each in item.get("inferenceAccelerators") or ()
        ],
        "ipc_mode": item.get("ipcMode"),
        "pid_mode": item.get("pidMode"),
        "network_mode": item.get("networkMode"),
        "placement_constraints": [
            {"type": each["type"], "expression": each.get("expression")}
            for each in item.get("placementConstraints") or ()
        ],
        "proxy_configuration": [_proxy(each) for each in block(item.get("proxyConfiguration"))],
        "requires_compatibilities": item.get("requiresCompatibilities"),
        "runtime_platform": named(
            item.get("runtimePlatform"),
            cpu_architecture="cpuArchitecture",
            operating_system_family="operatingSystemFamily",
        ),
        "volume": [_volume(each) for each in item.get("volumes") or ()],
        "tags": tags_of(item["tags"], key="key", value="value"),
    }


def _containers(found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the definitions as the provider writes them: by name, and without a share of zero CPUs."""
    return sorted((_container(each) for each in found), key=lambda each: str(each.get("name")))


def _container(found: Mapping[str, Any]) -> Mapping[str, Any]:
    ordered = {
        name: sorted(found[name], key=lambda each: str(each.get("name")))
        for name in ("environment", "secrets")
        if found.get(name)
    }
    return {name: value for name, value in {**found, **ordered}.items() if (name, value) != ("cpu", 0)}


def _proxy(found: Mapping[str, Any]) -> Attributes:
    return {
        "container_name": found["containerName"],
        "type": found.get("type"),
        "properties": {each["name"]: each["value"] for each in found.get("properties") or ()},
    }


def _volume(found: Mapping[str, Any]) -> Attributes:
    windows = found.get("fsxWindowsFileServerVolumeConfiguration")
    return {
        "name": found["name"],
        "host_path": (found.get("host") or {}).get("sourcePath"),
        "configure_at_launch": found.get("configuredAtLaunch"),
        "docker_volume_configuration": named(
            found.get("dockerVolumeConfiguration"),
            scope="scope",
            autoprovision="autoprovision",
            driver="driver",
            driver_opts="driverOpts",
            labels="labels",
        ),
        "efs_volume_configuration": [_efs(each) for each in block(found.get("efsVolumeConfiguration"))],
        "fsx_windows_file_server_volume_configuration": [_windows(each) for each in block(windows)],
    }


def _efs(found: Mapping[str, Any]) -> Attributes:
    access = named(found.get("authorizationConfig"), access_point_id="accessPointId", iam="iam")
    return {
        "file_system_id": found["fileSystemId"],
        "root_directory": found.get("rootDirectory"),
        "transit_encryption": found.get("transitEncryption"),
        "transit_encryption_port": found.get("transitEncryptionPort"),
        "authorization_config": access,
    }


def _windows(found: Mapping[str, Any]) -> Attributes:
    access = named(
        found["authorizationConfig"], credentials_parameter="credentialsParameter", domain="domain"
    )
    return {
        "file_system_id": found["fileSystemId"],
        "root_directory": found["rootDirectory"],
        "authorization_config": access,
    }


TYPES = {
    "aws_ecs_task_definition": LiveType(
        service="ecs",
        read=Read(
            calls={"describe_task_definition"},
            listed=_listed,
            key=_asked_for,
            bulk=_bulk,
            shape=Shape(
                documents=frozenset({"container_definitions"}),
                maps=PLAIN.maps
                | {
                    "proxy_configuration.properties",
                    "volume.docker_volume_configuration.driver_opts",
                    "volume.docker_volume_configuration.labels",
                },
            ),
        ),
    )
}
