"""Functions in a browser: made, edited in place, tried, watched and deleted."""

import io
import json
import re
import zipfile

import pytest
from playwright.sync_api import expect

ANSWERING = "def handler(event, context):\n    print('asked', event)\n    return {!r}\n"
ROLE = "arn:aws:iam::000000000000:role/any"


def package(**files):
    """Return a zip of Python files by their names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return made.getvalue()


def create(octetgate, name, answer="first"):
    """Make a function whose code is short."""
    octetgate.functions.create_function(
        FunctionName=name,
        Role=ROLE,
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": package(index=ANSWERING.format(answer), other="LEFT = 1\n")},
    )


def answer(octetgate, name):
    """Return what the function answers to boto3."""
    return json.load(octetgate.functions.invoke(FunctionName=name, Payload=b"{}")["Payload"])


def replace_code(page, text):
    """Write other code into the editor."""
    page.get_by_role("textbox", name="index.py").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def test_a_function_is_made_from_a_blueprint_edited_and_invoked_and_its_log_is_seen(
    page, octetgate, axe
):
    page.goto("/functions")
    page.get_by_role("link", name=re.compile("^Create")).first.click()
    page.get_by_label("Filter").press_sequentially("image")
    expect(page.get_by_role("radio")).to_have_count(1)
    page.get_by_role("radio", name="image-processing-service").check()
    axe(page)
    form = page.get_by_role("form", name="From a blueprint")
    form.get_by_label("Function name").fill("pictures")
    form.get_by_role("button", name="Create function").click()
    expect(page.get_by_role("status")).to_contain_text("Created the function pictures.")
    made = octetgate.functions.get_function_configuration(FunctionName="pictures")
    assert made["Description"] == "Thumbnails, resizing, conversion and identification of images"

    # The editor, no more the plain field that it takes the place of.
    editor = page.locator("code-editor .cm-content").first
    editor.press("Control+End")
    page.keyboard.insert_text("print('loaded', 'as edited')\n")
    expect(page.get_by_text("not saved")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Saved handler.py.")
    expect(page.get_by_text("not saved")).to_be_hidden()

    page.get_by_label("Begin with").select_option("image-processing-service: ping")
    test = page.get_by_role("form", name="Test")
    expect(test).to_contain_text('"ping"')
    test.get_by_role("button", name="Invoke").click()
    result = page.locator("#result")
    expect(result).to_contain_text("Succeeded")
    expect(result.get_by_label("Log of this call")).to_contain_text("REPORT RequestId")
    expect(page.locator("#log")).to_contain_text("loaded as edited")
    axe(page)


def test_code_that_somebody_else_changed_meanwhile_is_not_undone(page, octetgate):
    create(octetgate, "shared")
    page.goto("/functions/shared")
    save = page.get_by_role("button", name="Save", exact=True)
    # The second save knows of the first; neither touches the other file.
    for text in ("once", "twice"):
        replace_code(page, ANSWERING.format(text))
        with page.expect_response(lambda heard: heard.request.method == "POST") as heard:
            save.click()
        assert heard.value.status == 200
        assert answer(octetgate, "shared") == text
    octetgate.functions.update_function_code(
        FunctionName="shared", ZipFile=package(index=ANSWERING.format("theirs"))
    )
    replace_code(page, ANSWERING.format("mine"))
    save.click()
    expect(page.get_by_role("alert")).to_contain_text("PreconditionFailedException")
    assert answer(octetgate, "shared") == "theirs"
    expect(page.get_by_text("not saved")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())  # It is left all the same.
    page.goto("/functions")


def test_another_file_of_the_code_is_chosen_and_an_error_is_told_as_one(page, octetgate):
    create(octetgate, "two-files")
    page.goto("/functions/two-files")
    page.get_by_text("2 files").click()
    page.get_by_role("link", name="other.py").click()
    expect(page.get_by_role("textbox", name="other.py")).to_contain_text("LEFT = 1")
    octetgate.functions.update_function_code(
        FunctionName="two-files", ZipFile=package(index="def handler(event, context):\n    1 / 0\n")
    )
    test = page.get_by_role("form", name="Test")
    test.get_by_role("button", name="Invoke").press("Enter")
    expect(page.locator("#result")).to_contain_text("Unhandled error")
    expect(page.get_by_label("Result", exact=True)).to_contain_text("ZeroDivisionError")
    page.get_by_role("textbox", name="Event").click()
    page.keyboard.insert_text("no JSON")
    test.get_by_role("button", name="Invoke").click()
    expect(test.get_by_role("alert")).to_contain_text("Event: expected JSON")


def test_the_log_goes_on_by_itself_until_it_is_paused(page, octetgate):
    create(octetgate, "talking")
    page.goto("/functions/talking")
    log = page.locator("#log")
    expect(log).to_contain_text("Nothing has been logged yet.")

    def say(word):
        octetgate.functions.invoke(FunctionName="talking", Payload=json.dumps(word))

    say("hello")
    expect(log).to_contain_text("asked hello")
    page.get_by_label("Follow").uncheck()
    say("unheard")
    with page.expect_response(lambda heard: heard.url.endswith("/log")) as heard:
        pass
    assert heard.value.status == 204
    expect(log).not_to_contain_text("unheard")
    page.get_by_label("Follow").check()
    expect(log).to_contain_text("asked unheard")


@pytest.fixture
def new(page):
    """Return the form that makes a function from files, with a name and a handler."""
    page.goto("/functions/@new")
    form = page.get_by_role("form", name="From your files")
    form.get_by_label("Handler").fill("index.handler")
    return form


def test_a_zip_becomes_a_function_and_another_its_new_code(page, octetgate, new, tmp_path):
    (tmp_path / "code.zip").write_bytes(package(index=ANSWERING.format("zipped")))
    new.get_by_label("Function name").fill("from-zip")
    new.get_by_label("Zip").set_input_files(tmp_path / "code.zip")
    new.get_by_role("button", name="Create function").click()
    expect(page.get_by_role("status")).to_contain_text("Created the function from-zip.")
    assert answer(octetgate, "from-zip") == "zipped"
    (tmp_path / "code.zip").write_bytes(package(index=ANSWERING.format("zipped again")))
    page.get_by_text("Upload new code").click()
    page.get_by_label("Zip").set_input_files(tmp_path / "code.zip")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("status")).to_contain_text("The function has new code.")
    assert answer(octetgate, "from-zip") == "zipped again"


def test_a_folder_becomes_a_function_without_what_tools_leave_in_it(page, octetgate, new, tmp_path):
    folder = tmp_path / "project"
    (folder / "parts").mkdir(parents=True)
    (folder / "index.py").write_text("from parts.words import WORD\nhandler = lambda *_: WORD\n")
    (folder / "parts/words.py").write_text("WORD = 'from a folder'\n")
    for name in ("__pycache__", ".git"):
        (folder / name).mkdir()
        (folder / name / "left.out").write_text("nobody's business")
    new.get_by_label("Function name").fill("from-folder")
    new.get_by_label("Or a folder").set_input_files(folder)
    new.get_by_role("button", name="Create function").click()
    expect(page.get_by_role("status")).to_contain_text("Created the function from-folder.")
    assert answer(octetgate, "from-folder") == "from a folder"
    page.get_by_text("2 files").click()
    names = page.get_by_role("region", name="Code").get_by_role("listitem").get_by_role("link")
    expect(names).to_have_text(["index.py", "parts/words.py"])


def test_what_is_no_package_is_refused_in_readable_words(page, new, tmp_path):
    refusal = new.get_by_role("alert")
    new.get_by_label("Function name").fill("refused")
    new.get_by_role("button", name="Create function").click()
    expect(refusal).to_contain_text("Code: expected a zip or a folder; found neither")
    (tmp_path / "code.zip").write_bytes(b"no zip at all")
    new.get_by_label("Zip").set_input_files(tmp_path / "code.zip")
    new.get_by_role("button", name="Create function").click()
    expect(refusal).to_contain_text("Could not unzip uploaded file. Please check your file")
    (tmp_path / "code.zip").write_bytes(package(**{"../../index": "outside"}))
    new.get_by_label("Zip").set_input_files(tmp_path / "code.zip")
    new.get_by_role("button", name="Create function").click()
    expect(refusal).to_contain_text("expected entries inside the package; found '../../index.py'")


def test_a_functions_configuration_is_saved_from_its_page(page, octetgate):
    create(octetgate, "configured")
    page.goto("/functions/configured")
    form = page.get_by_role("form", name="Configuration")
    form.get_by_label("Memory in MB").fill("256")
    form.get_by_label("Timeout in seconds").fill("7")
    form.get_by_label("Environment variables").fill("A=1\nB=with = and <b>")
    form.get_by_role("button", name="Save configuration").click()
    expect(page.get_by_role("status")).to_contain_text("Saved the configuration.")
    found = octetgate.functions.get_function_configuration(FunctionName="configured")
    assert (found["MemorySize"], found["Timeout"]) == (256, 7)
    assert found["Environment"]["Variables"] == {"A": "1", "B": "with = and <b>"}
    expect(form.get_by_label("Environment variables")).to_have_value("A=1\nB=with = and <b>\n")
    form.get_by_label("Environment variables").fill("nothing said")
    form.get_by_role("button", name="Save configuration").click()
    expect(form.get_by_role("alert")).to_contain_text("found 'nothing said'")


def test_deleting_a_function_names_what_calls_it(page, octetgate, axe):
    create(octetgate, "called")
    gateway = octetgate.gateway
    arn = octetgate.functions.get_function_configuration(FunctionName="called")["FunctionArn"]
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}{{}}/invocations"
    api = gateway.create_rest_api(name="Calling")
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
    gateway.put_method(**place, authorizationType="NONE")
    gateway.put_integration(
        **place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri.format(":live")
    )
    gateway.create_authorizer(
        restApiId=api["id"],
        name="doorman",
        type="TOKEN",
        identitySource="method.request.header.Authorization",
        authorizerUri=uri.format(""),
    )
    page.goto("/functions/called")
    uses = page.get_by_role("region", name="Called by")
    expect(uses.get_by_role("link", name="POST /")).to_be_visible()
    page.goto("/functions")
    page.get_by_role("button", name="Delete called").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_text(
        ["POST / of Calling", "authorizer doorman of Calling"]
    )
    axe(page)
    dialog.get_by_role("button", name="Delete function").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Deleted the function called.")
    expect(page.get_by_role("link", name="called", exact=True)).to_have_count(0)


def test_pages_of_functions_are_accessible_in_the_dark_and_fit_a_narrow_screen(
    page, octetgate, axe
):
    create(octetgate, f"narrow-{'long' * 12}")
    name = f"narrow-{'long' * 12}"
    octetgate.functions.publish_version(FunctionName=name, Description="a version")
    octetgate.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    octetgate.functions.create_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/functions")
    page.get_by_role("button", name="Switch between dark and light").click()
    for address in ("", "/@new", f"/{name}", f"/{name}/releases"):
        page.goto(f"/functions{address}")
        if address == f"/{name}":
            page.get_by_role("button", name="Invoke").click()
            expect(page.locator("#result")).to_contain_text("Succeeded")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
