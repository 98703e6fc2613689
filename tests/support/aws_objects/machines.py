"""What runs."""

import io
import zipfile

from tests.support.aws_objects.made import NAME, TRUST, Client, Made


def function(client: Client) -> Made:
    functions, code = client("lambda"), io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "def handle(event, context): ...")
    made = client("iam").create_role(RoleName="lambda", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    functions.create_function(
        FunctionName=NAME,
        Runtime="python3.11",
        Role=made,
        Handler="main.handle",
        Code={"ZipFile": code.getvalue()},
    )
    return Made(
        arguments={"function_name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: functions.delete_function(FunctionName=NAME),
        dated=False,
    )


def database(client: Client) -> Made:
    rds = client("rds")
    made = rds.create_db_instance(
        DBInstanceIdentifier=NAME,
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="root",
        MasterUserPassword="s3cret-s3cret",
        AllocatedStorage=20,
    )
    return Made(
        arguments={"identifier": NAME},
        object_id=made["DBInstance"]["DbiResourceId"],
        import_id=NAME,
        gone=lambda: rds.delete_db_instance(DBInstanceIdentifier=NAME, SkipFinalSnapshot=True),
    )


def cluster(client: Client) -> Made:
    rds = client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier=NAME,
        Engine="aurora-postgresql",
        MasterUsername="root",
        MasterUserPassword="s3cret-s3cret",
    )
    return Made(
        arguments={"cluster_identifier": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: rds.delete_db_cluster(DBClusterIdentifier=NAME, SkipFinalSnapshot=True),
    )


def kubernetes(client: Client) -> Made:
    eks = client("eks")
    eks.create_cluster(name=NAME, roleArn="arn:aws:iam::123456789012:role/eks", resourcesVpcConfig={})
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: eks.delete_cluster(name=NAME),
    )
