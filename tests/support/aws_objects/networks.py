"""Networks, and what stands in them."""

from tests.support.aws_objects.made import NAME, Client, Made
from tests.support.moto import REGION


def vpc_of(client: Client, tag: str) -> str:
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": tag}]}]
    made = client("ec2").create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tags)
    return str(made["Vpc"]["VpcId"])


def vpc(client: Client) -> Made:
    vpc_of(client, "another")
    made = vpc_of(client, NAME)
    return Made(
        arguments={"cidr_block": "10.9.0.0/16", "tags": {"Name": NAME}},
        object_id=made,
        import_id=made,
        gone=lambda: client("ec2").delete_vpc(VpcId=made),
        dated=False,
    )


def subnet(client: Client) -> Made:
    ec2, where = client("ec2"), vpc_of(client, "its")
    ec2.create_subnet(VpcId=vpc_of(client, "another"), CidrBlock="10.9.1.0/24")
    made = ec2.create_subnet(VpcId=where, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    return Made(
        arguments={"cidr_block": "10.9.1.0/24", "vpc_id": where},
        object_id=made,
        import_id=made,
        gone=lambda: ec2.delete_subnet(SubnetId=made),
        dated=False,
    )


def security_group(client: Client) -> Made:
    ec2, where = client("ec2"), vpc_of(client, "its")
    for name, other in ((NAME, vpc_of(client, "another")), (NAME + "-longer", where)):
        ec2.create_security_group(GroupName=name, Description="another", VpcId=other)
    made = ec2.create_security_group(GroupName=NAME, Description="it", VpcId=where)["GroupId"]
    return Made(
        arguments={"name": NAME, "vpc_id": where},
        object_id=made,
        import_id=made,
        gone=lambda: ec2.delete_security_group(GroupId=made),
        dated=False,
    )


def balancer(client: Client) -> Made:
    ec2, where = client("ec2"), vpc_of(client, "its")
    subnets = [
        ec2.create_subnet(VpcId=where, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for number, zone in enumerate("ab")
    ]
    made = client("elbv2").create_load_balancer(
        Name=NAME, Subnets=[each["Subnet"]["SubnetId"] for each in subnets]
    )
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    return Made(
        arguments={"name": NAME},
        object_id=arn,
        import_id=arn,
        gone=lambda: client("elbv2").delete_load_balancer(LoadBalancerArn=arn),
    )
