"""Parses C# files and prints every place that is no C#."""
import sys

import tree_sitter_c_sharp
from tree_sitter import Language, Parser

parser = Parser(Language(tree_sitter_c_sharp.language()))


def wrong(node):
    if node.is_error or node.is_missing:
        yield node
    for child in node.children:
        yield from wrong(child)


bad = False
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        tree = parser.parse(file.read())
    for node in wrong(tree.root_node):
        bad = True
        print(f"{name}:{node.start_point[0] + 1}: no C#: {node.text.decode()[:80]}")
sys.exit(bad)
