#!/usr/bin/env python3
"""Writes the two small data sets beside this file, in the plain form of datasets/README.md.

    python3 datasets/examples/make_examples.py [FOLDER]

books/ has real books with their authors, written as titles (data.item_form = "title"); products/ has made-up things that
have codes and no names ("codes"). Who asks for what is made up in both: readers like a few books of one kind and go on
to others of that kind, buyers take things whose first code is the same.
"""

import json
import pathlib
import random
import sys

BOOKS = {
    "society": ["Emma by Jane Austen", "Persuasion by Jane Austen", "Middlemarch by George Eliot",
                "Cranford by Elizabeth Gaskell", "North and South by Elizabeth Gaskell",
                "Vanity Fair by William Makepeace Thackeray", "The Age of Innocence by Edith Wharton",
                "The Portrait of a Lady by Henry James", "Buddenbrooks by Thomas Mann", "Effi Briest by Theodor Fontane"],
    "adventure": ["Treasure Island by Robert Louis Stevenson", "Kidnapped by Robert Louis Stevenson",
                  "Kim by Rudyard Kipling", "The Three Musketeers by Alexandre Dumas",
                  "The Count of Monte Cristo by Alexandre Dumas", "King Solomon's Mines by H. Rider Haggard",
                  "Around the World in Eighty Days by Jules Verne", "The Call of the Wild by Jack London",
                  "Moby-Dick by Herman Melville", "Robinson Crusoe by Daniel Defoe"],
    "uncanny": ["Dracula by Bram Stoker", "Frankenstein by Mary Shelley", "The Turn of the Screw by Henry James",
                "The Picture of Dorian Gray by Oscar Wilde", "Carmilla by Sheridan Le Fanu",
                "The Castle of Otranto by Horace Walpole", "The Time Machine by H. G. Wells",
                "The Invisible Man by H. G. Wells", "The Monk by Matthew Lewis", "Uncle Silas by Sheridan Le Fanu"],
    "crime": ["The Moonstone by Wilkie Collins", "The Woman in White by Wilkie Collins",
              "A Study in Scarlet by Arthur Conan Doyle", "The Sign of the Four by Arthur Conan Doyle",
              "Crime and Punishment by Fyodor Dostoevsky", "Bleak House by Charles Dickens",
              "The Mystery of Edwin Drood by Charles Dickens", "The Leavenworth Case by Anna Katharine Green",
              "Trent's Last Case by E. C. Bentley", "The Thirty-Nine Steps by John Buchan"],
}
SIZES = {"train": 48, "validation": 8, "test": 16}


def write_lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def sample(group, named, rng):
    """Five items of a group, of which the first two were not named together before."""
    while True:
        chosen = rng.sample(group, 5)
        pair = tuple(chosen[:2])
        if pair not in named:
            named.add(pair)
            return chosen


def samples(split, groups, ask, named, rng):
    """Conversations that name two items of a group and want three others of it."""
    rows = []
    for number in range(SIZES[split]):
        chosen = sample(groups[number % len(groups)], named, rng)
        rows.append({
            "id": str(number),
            "turns": [{"role": "user", "content": ask.format(*("{item %s}" % one for one in chosen[:2]))}],
            "ground_truth": [{"id": one} for one in chosen[2:]],
            "seen_titles": chosen[:2],
        })
    return rows


def write_data_set(folder, items, groups, ask, seed):
    rng = random.Random(seed)
    named = set()
    write_lines(folder / "items.jsonl", items)
    for split in SIZES:
        write_lines(folder / (split + ".jsonl"), samples(split, groups, ask, named, rng))


def books(folder):
    items, groups = [], []
    for kind, titles in BOOKS.items():
        groups.append([])
        for title in titles:
            groups[-1].append("b%02d" % len(items))
            items.append({"id": groups[-1][-1], "title": title, "text": "A novel of %s." % kind})
    write_data_set(folder, items, groups, "I loved {} and {}. What should I read next?", seed=0)


def products(folder):
    groups = [["p%02d" % (12 * group + place) for place in range(12)] for group in range(4)]
    items = [{"id": one, "codes": ["<a_%d>" % group, "<b_%d>" % (place // 3), "<c_%d>" % (place % 3)]}
             for group, ids in enumerate(groups) for place, one in enumerate(ids)]
    write_data_set(folder, items, groups, "I bought {} and {}.", seed=1)


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    books(folder / "books")
    products(folder / "products")


if __name__ == "__main__":
    main()
