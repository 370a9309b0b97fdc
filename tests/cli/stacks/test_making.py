import json
from pathlib import Path

import pytest
import yaml
from tests.control.packages import package

from octetgate.cli.console import Trouble
from octetgate.cli.stacks.importing import stack_name
from octetgate.cli.stacks.making import KINDS

WHOLE = Path(__file__).with_name("whole.yaml")


@pytest.fixture
def stack(run, tmp_path):
    """Import a template's text under a name; return what the command says as JSON."""

    def imported(name, template, *words):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "layer" / "python").mkdir(parents=True, exist_ok=True)
        (folder / "layer" / "python" / "shared.py").write_text("X = 1\n")
        file = folder / "template.yaml"
        file.write_text(template if isinstance(template, str) else yaml.safe_dump(template))
        return json.loads(run("import", file, "--json", *words).out)

    return imported


def ids(told):
    return {each["name"]: each["id"] for each in told["resources"]}


def test_the_template_has_every_kind_that_is_made_but_urls_and_policies():
    names = {line.split()[1] for line in WHOLE.read_text().splitlines() if "Type: AWS::" in line}
    left = {"AWS::Lambda::Url", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}
    assert names == (KINDS.keys() - left) | {"AWS::DynamoDB::Table"}


def test_every_resource_of_a_template_is_made_and_refers_to_the_others(stack, management):
    told = stack("whole", WHOLE.read_text())
    gw, lam, known = management.gw, management.lam, ids(told)
    assert [each["name"] for each in told["skipped"]] == ["Table"]
    assert "Fn: VpcConfig has no effect here" in told["notes"]
    api = gw.get_rest_api(restApiId=known["Api"])
    assert (api["name"], api["binaryMediaTypes"]) == ("whole-pets", ["image/png"])
    assert api["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert api["tags"]["team"] == "pets"
    place = {"restApiId": api["id"], "resourceId": known["Pets"]}
    post = gw.get_method(**place, httpMethod="POST")
    assert (post["authorizationType"], post["authorizerId"]) == ("CUSTOM", known["Asks"])
    assert (post["apiKeyRequired"], post["requestValidatorId"]) == (True, known["Checks"])
    assert post["methodIntegration"]["uri"].endswith(":function:whole-Fn:live/invocations")
    get = gw.get_method(**place, httpMethod="GET")
    answers = get["methodIntegration"]["integrationResponses"]["200"]
    assert answers["responseTemplates"] == {"application/json": "hello"}
    function = lam.get_function_configuration(FunctionName="whole-Fn")
    assert function["Environment"]["Variables"] == {
        "TABLE": "pets",
        "ARN": "arn:aws:dynamodb:us-east-1:000000000000:table/pets",
        "ON": "true",
    }
    assert (function["Timeout"], function["Layers"][0]["Arn"]) == (7, known["Layer"])
    settings = gw.get_stage(restApiId=api["id"], stageName="prod")
    assert settings["variables"] == {"greeting": "hello"}
    assert settings["methodSettings"]["*/*"]["throttlingBurstLimit"] == 5
    assert settings["methodSettings"]["pets/GET"]["loggingLevel"] == "INFO"
    plan = gw.get_usage_plan(usagePlanId=known["Plan"])
    assert plan["apiStages"] == [{"apiId": api["id"], "stage": "prod"}]
    keys = gw.get_usage_plan_keys(usagePlanId=plan["id"])["items"]
    assert [each["id"] for each in keys] == [known["Key"]]
    mapping = gw.get_base_path_mapping(domainName="pets.example.com", basePath="v1")
    assert (mapping["restApiId"], mapping["stage"]) == (api["id"], "prod")
    inner = gw.get_domain_name(domainName="inner.example.com")
    assert inner["domainNameArn"] == known["Inner"]
    assert json.loads(inner["policy"]) == {"Version": "2012-10-17", "Statement": []}
    assert json.loads(inner["managementPolicy"]) == {"Version": "2012-10-17"}
    place = {"domainName": "inner.example.com", "domainNameId": inner["domainNameId"]}
    assert gw.get_base_path_mapping(**place, basePath="v2")["restApiId"] == api["id"]
    [way] = gw.get_domain_name_access_associations(limit=500)["items"]
    assert way["domainNameAccessAssociationArn"] == known["Way"]
    assert way["accessAssociationSource"] == "vpce-1a2b3c"
    url = f"http://gateway.example:8080/restapis/{api['id']}/prod/_user_request_/"
    assert told["outputs"] == {"Url": url}


def test_a_template_imported_again_changes_what_it_made(stack, management):
    # Keys are told apart by their values among all stacks.
    text = WHOLE.read_text().replace("a-key-of-twenty-letters", "another-key-of-its-own")
    first = stack("again", text)
    text = text.replace("ThrottlingRateLimit: 50", "ThrottlingRateLimit: 9")
    second = stack("again", text, "--parameter", "Greeting=bye")
    stays = ("Api", "Fn", "Link", "Certificate", "Stage")
    assert {name: ids(second)[name] for name in stays} == {name: ids(first)[name] for name in stays}
    assert {each["name"] for each in second["resources"] if each["outcome"] == "changed"} >= {
        "Api",
        "Fn",
        "Stage",
        "Alias",
    }
    assert "Key" not in ids(second)
    api = ids(second)["Api"]
    stage = management.gw.get_stage(restApiId=api, stageName="prod")
    assert stage["variables"] == {"greeting": "bye"}
    assert stage["deploymentId"] == ids(second)["Live"] != ids(first)["Live"]
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 9
    paths = [each["path"] for each in management.gw.get_resources(restApiId=api)["items"]]
    assert sorted(paths) == ["/", "/pets"]


def api(**properties):
    return {"Type": "AWS::ApiGateway::RestApi", "Properties": properties}


MOCK = {
    "openapi": "3.0.1",
    "info": {"title": "from a body", "version": "1"},
    "paths": {"/x": {"get": {"x-amazon-apigateway-integration": {"type": "mock"}}}},
}


def test_every_api_of_a_template_is_deployed_to_the_stage_that_is_asked_for(stack):
    told = stack("staged", {"Resources": {"A": api(Body=MOCK)}}, "--stage", "dev")
    assert told["stages"] == [
        {
            "name": "A",
            "api": ids(told)["A"],
            "stage": "dev",
            "url": f"http://gateway.example:8080/restapis/{ids(told)['A']}/dev/_user_request_/",
        }
    ]


def test_a_body_may_be_a_file_beside_the_template(stack, tmp_path, management):
    (tmp_path / "filed").mkdir()
    (tmp_path / "filed" / "api.yaml").write_text(yaml.safe_dump(MOCK))
    told = stack("filed", {"Resources": {"A": api(BodyS3Location="api.yaml")}})
    shown = management.gw.get_rest_api(restApiId=ids(told)["A"])
    assert shown["name"] == "from a body"


def test_a_body_may_be_included_and_refer_to_the_template(stack, tmp_path, management):
    (tmp_path / "included").mkdir()
    text = yaml.safe_dump(MOCK).replace("from a body", "!Sub '${AWS::StackName} it is'")
    (tmp_path / "included" / "api.yaml").write_text(text.replace("'!Sub", "!Sub"))
    include = {"Name": "AWS::Include", "Parameters": {"Location": "api.yaml"}}
    body = {"Fn::Transform": include, "x-amazon-apigateway-binary-media-types": ["image/png"]}
    told = stack("included", {"Resources": {"A": api(Body=body)}})
    shown = management.gw.get_rest_api(restApiId=ids(told)["A"])
    assert (shown["name"], shown["binaryMediaTypes"]) == ("included it is", ["image/png"])


def test_a_resource_that_is_refused_is_named_with_the_reason(stack, management):
    broken = {"openapi": "3.0.1", "info": {"title": "broken"}, "paths": {"/b c": {"get": {}}}}
    with pytest.raises(Trouble) as refused:
        stack("broken", {"Resources": {"A": api(Body=broken)}})
    assert str(refused.value).startswith(
        "Resources.A (AWS::ApiGateway::RestApi): Errors found during import:\n"
        "\tUnable to create resource at path '/b c': "
    )
    names = [each["name"] for each in management.gw.get_rest_apis(limit=500)["items"]]
    assert "broken" not in names


@pytest.mark.parametrize(
    "resource, says",
    [
        pytest.param(
            {"Type": "AWS::ApiGateway::Method", "Properties": {"HttpMethod": "GET"}},
            "Resources.A (AWS::ApiGateway::Method): expected the property RestApiId",
            id="a-property-that-is-missing",
        ),
        pytest.param(
            {"Type": "AWS::Lambda::Function", "Properties": {"Code": "nowhere/"}},
            "A.Code: expected a file or a folder; ",
            id="code-that-is-not-there",
        ),
        pytest.param(
            api(Name={"Fn::ImportValue": "x"}),
            "Resources.A.Properties.Name.Fn::ImportValue: expected nothing of other stacks",
            id="a-value-of-another-stack",
        ),
    ],
)
def test_what_cannot_be_made_is_told(stack, resource, says):
    with pytest.raises(Trouble) as refused:
        stack("told", {"Resources": {"A": resource}})
    assert says in str(refused.value)


def test_what_the_cdk_synthesizes_brings_its_code_along(stack, tmp_path, management):
    (tmp_path / "cdk" / "asset.1234").mkdir(parents=True)
    (tmp_path / "cdk" / "asset.1234" / "index.py").write_text("def handler(event, context): ...")
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.11",
            "Handler": "index.handler",
            "Code": {"S3Bucket": {"Fn::Sub": "cdk-${AWS::AccountId}"}, "S3Key": "1234.zip"},
        },
        "Metadata": {"aws:asset:path": "asset.1234", "aws:asset:property": "Code"},
    }
    bootstrap = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/version"}
    parameters = {"BootstrapVersion": bootstrap}
    told = stack("cdk", {"Parameters": parameters, "Resources": {"Fn": function}})
    assert management.lam.get_function(FunctionName=ids(told)["Fn"])["Configuration"]["CodeSize"]


def test_code_is_run_from_its_folder_while_the_template_is_watched(tmp_path):
    from octetgate.cli.stacks.functions import _code
    from octetgate.cli.stacks.stack import Stack

    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("")
    watched = Stack("s", tmp_path, None, None, "us-east-1", "000000000000", watch=True)
    assert _code(watched, "Fn", {"Code": "src"}) == {
        "S3Bucket": "hot-reload",
        "S3Key": str(tmp_path / "src"),
    }


def domain_template(name, **properties):
    made = {"Type": "AWS::ApiGateway::DomainName", "Properties": {"DomainName": name, **properties}}
    return {"Resources": {"Domain": made}}


def test_a_domain_name_follows_its_template(stack, management):
    stack("domains", domain_template("follows.example", CertificateArn="arn:a"))
    told = stack(
        "domains",
        domain_template("follows.example", CertificateArn="arn:b", SecurityPolicy="TLS_1_2"),
    )
    assert told["resources"][0]["outcome"] == "kept"
    found = management.gw.get_domain_name(domainName="follows.example")
    assert (found["certificateArn"], found["securityPolicy"]) == ("arn:b", "TLS_1_2")


def test_a_domain_name_that_cannot_be_made_is_told_with_its_own_reason(stack):
    with pytest.raises(Trouble, match="domainName: expected a host name in lower case"):
        stack("domains", domain_template("UPPER.example"))


@pytest.mark.parametrize(
    "path, name",
    [
        ("/projects/pets/template.yaml", "pets"),
        ("/projects/pets.v2 (copy)/template.yaml", "pets-v2-copy"),
        ("/projects/pets/.aws-sam/build/template.yaml", "pets"),
        ("/projects/pets/cdk.out/Images.template.json", "Images"),
        ("/projects/pets/cdk.out/assembly-Prod/ProdImages.template.json", "ProdImages"),
        ("/projects/pets/.serverless/cloudformation-template-update-stack.json", "pets"),
        ("/template.yaml", "stack"),
    ],
)
def test_a_stack_is_named_after_the_project_where_no_name_is_given(path, name):
    assert stack_name(Path(path)) == name


@pytest.mark.parametrize(
    "kind, ref, arn",
    [
        ("AWS::Logs::LogGroup", "n", "arn:aws:logs:us-east-1:000000000000:log-group:n:*"),
        ("AWS::S3::Bucket", "n", "arn:aws:s3:::n"),
        (
            "AWS::SQS::Queue",
            "https://sqs.us-east-1.amazonaws.com/000000000000/n",
            "arn:aws:sqs:us-east-1:000000000000:n",
        ),
        (
            "AWS::SNS::Topic",
            "arn:aws:sns:us-east-1:000000000000:n",
            "arn:aws:sns:us-east-1:000000000000:n",
        ),
    ],
)
def test_what_is_not_made_is_referred_to_as_its_service_would_have_it(stack, kind, ref, arn):
    member = {"AWS::Logs::LogGroup": "LogGroupName", "AWS::S3::Bucket": "BucketName"}
    named = {member.get(kind, kind.split("::")[2] + "Name"): "n"}
    told = stack(
        "elsewhere",
        {
            "Resources": {"It": {"Type": kind, "Properties": named}},
            "Outputs": {
                "Ref": {"Value": {"Ref": "It"}},
                "Arn": {"Value": {"Fn::GetAtt": ["It", "Arn"]}},
            },
        },
    )
    assert told["outputs"] == {"Ref": ref, "Arn": arn}


def test_a_package_for_a_bucket_is_taken_from_the_zip_beside_the_template(
    stack, management, tmp_path
):
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed" / "pets.zip").write_bytes(package())
    code = {"S3Bucket": "not-there", "S3Key": "serverless/pets/dev/pets.zip"}
    properties = {"Code": code, "Handler": "index.handler", "Runtime": "python3.11"}
    function = {"Type": "AWS::Lambda::Function", "Properties": properties}
    told = stack("packed", {"Resources": {"Fn": function}})
    assert "Fn.Code: pets.zip beside the template" in told["notes"]
    assert ids(told)["Fn"] == "packed-Fn"


@pytest.mark.parametrize(
    "files, said",
    [
        pytest.param({"requirements.txt": "# none\n"}, False, id="asks-for-nothing"),
        pytest.param({"requirements.txt": "pillow==12\n"}, True, id="python"),
        pytest.param(
            {"requirements.txt": "pillow", "pillow-12.dist-info/x": ""}, False, id="python-built"
        ),
        pytest.param({"package.json": '{"dependencies": {"sharp": "1"}}'}, True, id="node"),
        pytest.param({"package.json": '{"type": "module"}'}, False, id="node-without"),
        pytest.param(
            {"package.json": '{"dependencies": {"a": "1"}}', "node_modules/a/x": ""},
            False,
            id="node-built",
        ),
    ],
)
def test_source_that_nobody_has_built_is_told_of(stack, tmp_path, files, said):
    folder = tmp_path / "sources" / "fn"
    for name, text in {"index.py": "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    properties = {"Code": "fn", "Handler": "index.handler", "Runtime": "python3.11"}
    function = {"Type": "AWS::Lambda::Function", "Properties": properties}
    notes = stack("sources", {"Resources": {"Fn": function}})["notes"]
    assert any("is not in the folder; build first" in each for each in notes) is said
