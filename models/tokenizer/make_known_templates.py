"""Makes models/tokenizer/known_chat_templates.inc: by which keys (jinja_key.h) each known chat template goes.

    python3 -m venv venv && venv/bin/pip install jinja2==3.1.6 && venv/bin/pip install --no-deps trl==1.16.0
    ./bazelw build //models/tokenizer:print_chat_template
    venv/bin/python models/tokenizer/make_known_templates.py bazel-bin/models/tokenizer/print_chat_template [FOLDER...]

Programs are taken from the package trl (trl/chat_templates, the published ones and its own for training), from the
FOLDERs (every *.jinja and tokenizer_config.json below them) and from this file. Each is rendered by Jinja, with the
options and functions that transformers gives it and with thinking off, for the conversations below. One that writes the
same texts as a template that the C++ program knows goes into the table under that name; the others are listed. So a new
program, such as that of a fine-tuned model, is added by giving its folder; where it equals none, nothing is added.

What is rendered also goes to tests/golden/chat_template_texts.json, with which the C++ templates are compared. And the
key itself is tested: each program is changed at random, in its comments, its {% generation %} marks, its white space and
in what matters; where the key stays, what it renders must stay.
"""

import importlib.util
import json
import os
import random
import subprocess
import sys

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "known_chat_templates.inc")
GOLDEN = os.path.join(HERE, "..", "..", "tests", "golden", "chat_template_texts.json")
DATE = "26 Jul 2024"
CHANGES = 40  # of each known program

CHATML = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' "
          "+ '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")


class Generation(Extension):
    """{% generation %} marks what a trainer scores; it writes its content."""
    tags = {"generation"}

    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(["name:endgeneration"], drop_needle=True)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def environment():
    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    made.filters["tojson"] = lambda value, **options: json.dumps(value, ensure_ascii=False)
    made.globals.update(raise_exception=raise_exception, strftime_now=lambda form: DATE)
    return made


ENVIRONMENT = environment()


def conversations():
    def turns(*contents, roles="ua"):
        names = {"s": "system", "u": "user", "a": "assistant"}
        return [{"role": names[role], "content": content} for role, content in zip(roles, contents)]

    asked = [turns("A film?", roles="u"), turns("Be brief.", "A film?", roles="su"),
             turns("A film?", "Heat (1995)\nAlien (1979)", "More?", roles="uau"),
             turns("Be brief.", "A film?", "Heat (1995)", "More?", "Big (1988)", "And?", roles="suauau"),
             turns(" \n a \t", "\n\nHeat ", "\u00a0b\u3000", roles="uau"), turns("  x ", " y ", roles="su"),
             turns("", roles="u"), turns("one", "two", roles="uu"), turns("\u00e9 \u4e2d \U0001f3ac", roles="u"),
             turns("{{ a }} <|im_end|> {% b %}", roles="u"), turns("a", "<think>\nhm\n</think>\n\nHeat", "b", roles="uau")]
    answered = [turns("A film?", "Heat (1995)\nAlien (1979)"), turns("Be brief.", "A film?", "Heat", roles="sua"),
                turns("a", "Heat", "b", "\n\nBig (1988) ", roles="uaua")]
    return ([{"messages": messages, "add_generation_prompt": prompt} for messages in asked for prompt in (True, False)] +
            [{"messages": messages, "add_generation_prompt": False} for messages in answered])


def render(program, begin="<|begin_of_text|>"):
    """What it writes for each conversation, None where it refuses; nothing at all for what is no program."""
    try:
        compiled = ENVIRONMENT.from_string(program)
    except jinja2.exceptions.TemplateError:
        return None
    texts = []
    for one in conversations():
        try:
            texts.append(compiled.render(**one, enable_thinking=False, bos_token=begin, eos_token="<eos>", date_string=DATE))
        except (jinja2.exceptions.TemplateError, TypeError, ValueError, AttributeError):
            texts.append(None)
    return texts


def programs(folders):
    """Pairs of where it is and the program."""
    yield "bare ChatML", CHATML
    package = os.path.dirname(importlib.util.find_spec("trl").origin)
    for top in [os.path.join(package, "chat_templates")] + folders:
        for folder, _, names in sorted(os.walk(top)):
            for name in sorted(names):
                path, shown = os.path.join(folder, name), os.path.basename(folder) + "/" + name
                if name.endswith(".jinja"):
                    with open(path, encoding="utf-8") as file:
                        yield shown, file.read()
                elif name == "tokenizer_config.json":
                    with open(path, encoding="utf-8") as file:
                        program = json.load(file).get("chat_template")
                    if isinstance(program, str):
                        yield shown, program


def ask(program, texts):
    asked = json.dumps({"programs": texts, "conversations": conversations()})
    return json.loads(subprocess.run([program], input=asked, check=True, capture_output=True, text=True).stdout)


def changed(text, generator):
    """One change at a random place."""
    places = [i for i in range(len(text) - 1) if text[i:i + 2] in ("{%", "{{", "%}", "}}")]
    place = generator.choice(places)
    opens = text[place] == "{"
    kinds = [" ", "\n  ", "-", "{# a note #}", "{#- a note -#}", "{#+ a note +#}", "cut", "x", "{% generation %}"]
    kind = generator.choice(kinds)
    inside, outside = (place + 2, place) if opens else (place, place + 2)
    if kind == "cut":
        return text[:inside] + text[inside + 1:] if opens else text[:inside - 1] + text[inside:]
    if kind == "{% generation %}":
        return text[:outside] + "{% generation %}" + "{% endgeneration %}" + text[outside:]
    at = inside if kind in (" ", "-") and generator.random() < .8 else outside
    return text[:at] + kind + text[at:]


def test_keys(program, texts):
    """Returns how many changes kept the key, of how many that kept what is rendered."""
    generator, cases = random.Random(1), []
    for text in texts:
        for _ in range(CHANGES):
            other = text
            for _ in range(generator.randint(1, 3)):
                other = changed(other, generator)
            cases.append((text, other))
    keys = ask(program, [text for pair in cases for text in pair])["keys"]
    kept = alike = 0
    texts_of = {text: render(text) for text in texts}
    for (text, other), key, other_key in zip(cases, keys[::2], keys[1::2]):
        same = render(other) == texts_of[text]
        alike += same
        kept += same and key == other_key
        if key == other_key and not same:
            sys.exit(f"one key, but not one text:\n{text}\n---\n{other}")
    return kept, alike


def main():
    program, found = sys.argv[1], list(programs(sys.argv[2:]))
    answer = ask(program, [text for _, text in found])
    rows, golden, known = {}, {}, []
    for (where, text), key in zip(found, answer["keys"]):
        texts = render(text)
        name = next((name for name, ours in answer["texts"].items() if ours == texts and name != "plain"), None)
        print(f"{where:44} {name or '-'}")
        if name:
            rows.setdefault((name, key), where)
            golden.setdefault(name, texts)
            known.append(text)
    for name, text in answer["jinja"].items():
        if render(text) != answer["texts"][name]:
            sys.exit(f"the program that is written for {name} does not write what RenderChat does")
        known.append(text)
    kept, alike = test_keys(program, known)
    print(f"of {CHANGES * len(known)} changed programs {alike} write the same; {kept} of them have the same key")
    with open(TABLE, "w", encoding="ascii") as file:
        file.write("// Made by make_known_templates.py.\n// clang-format off\n")
        for (name, key), where in sorted(rows.items()):
            file.write(f'KNOWN_CHAT_TEMPLATE("{key}", "{name}")  // {where}\n')
        file.write("// clang-format on\n")
    with open(GOLDEN, "w", encoding="ascii") as file:
        json.dump({"made_with": f"jinja2 {jinja2.__version__}, thinking off, date {DATE}",
                   "conversations": conversations(), "texts": golden}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
