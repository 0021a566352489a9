#!/usr/bin/env python3
"""Writes the four small data sets beside this file, in the forms of datasets/README.md.

    python3 datasets/examples/make_examples.py [FOLDER]

Two are plain JSONL: books/ has real books with their authors, written as titles (data.item_form = "title"); products/ has
made-up things that have codes and no names ("codes"). Who asks for what is made up in both: readers like a few books of
one kind and go on to others of that kind, buyers take things whose first code is the same. purchases/ has what made-up
users bought one after another, in the form of sequences: each goes round one of four circles of things. dialogues/ has
made-up dialogues about real films, in the form in which ReDial's authors release it.
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


def purchases(folder):
    rng = random.Random(2)
    circles, circle_size, users = 4, 15, 120
    index, inter = {}, {}
    for item in range(circles * circle_size):
        circle, place = divmod(item, circle_size)
        code = min(place, circle_size - 2)  # the last two things of a circle share their codes
        index[str(item)] = ["<a_%d>" % circle, "<b_%d>" % (code // 4), "<c_%d>" % (code % 4)]
    for user in range(users):
        circle, place = user % circles, rng.randrange(circle_size)
        taken = []
        for _ in range(rng.randrange(5, 10)):
            place = (place + rng.choice([1, 1, 1, 2])) % circle_size
            taken.append(circle * circle_size + place)
        inter[str(user)] = taken
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in (("index", index), ("inter", inter)):
        rows = ",\n".join("%s: %s" % (json.dumps(key), json.dumps(value)) for key, value in table.items())
        (folder / ("Purchases.%s.json" % name)).write_text("{\n" + rows + "\n}\n", encoding="utf-8")


FILMS = {
    "crime": ["Heat (1995)", "Chinatown (1974)", "Fargo (1996)", "Memento (2000)", "Se7en (1995)", "Goodfellas (1990)",
              "The Untouchables (1987)", "Zodiac (2007)", "Collateral (2004)", "The Departed (2006)"],
    "space": ["Alien (1979)", "Solaris (1972)", "Gravity (2013)", "Interstellar (2014)", "The Martian (2015)",
              "Moon (2009)", "Apollo 13 (1995)", "Contact (1997)", "Sunshine (2007)", "Dune (1984)"],
    "comedy": ["Airplane! (1980)", "Big (1988)", "Groundhog Day (1993)", "Clueless (1995)", "Ghostbusters (1984)",
               "Tootsie (1982)", "School of Rock (2003)", "Superbad (2007)", "Elf (2003)", "Juno (2007)"],
    "animated": ["Toy Story (1995)", "Up (2009)", "Shrek (2001)", "Ratatouille (2007)", "Finding Nemo (2003)",
                 "The Iron Giant (1999)", "Spirited Away (2001)", "Coco (2017)", "Frozen (2013)", "Bambi (1942)"],
}


def released_name(film, number):
    """As the released ReDial writes names: often with a space too many, now and then without the year."""
    title, year = film[:-7], film[-7:]
    return {0: film, 1: title + " " + year, 2: film, 3: title if number % 5 == 0 else film}[number % 4]


def dialogue(number, kind, id_of, rng):
    """The seeker likes one film and has seen another; the recommender names three, of which two are taken."""
    liked, first, second, third = rng.sample(FILMS[kind], 4)
    lines = [(2, "Hi! What do you like?"), (1, "Something like @%s, please" % id_of[liked]),
             (2, "Have you seen @%s?" % id_of[first]), (1, "I have. &quot;Great&quot; film."),
             (2, "Then try @%s" % id_of[second]), (2, "or @%s" % id_of[third]), (1, "Thanks, I will!")]
    form = {id_of[liked]: (0, 1, 1), id_of[first]: (1, 1, 1), id_of[second]: (1, 0, 1), id_of[third]: (1, 0, 2)}
    answers = {film: dict(zip(("suggested", "seen", "liked"), given)) for film, given in form.items()}
    unsure = {film: dict(given, seen=2) for film, given in answers.items()}
    named = {id_of[film]: released_name(film, number + place)
             for place, film in enumerate((liked, first, second, third))}
    return {"conversationId": str(number), "initiatorWorkerId": 1, "respondentWorkerId": 2, "movieMentions": named,
            "initiatorQuestions": answers, "respondentQuestions": [] if number % 8 == 7 else unsure,
            "messages": [{"messageId": place, "timeOffset": 7 * place, "senderWorkerId": sender, "text": text}
                         for place, (sender, text) in enumerate(lines)]}


def dialogues(folder):
    rng = random.Random(3)
    films = [film for kind in FILMS.values() for film in kind]
    id_of = {film: str(1000 + place) for place, film in enumerate(films)}
    kinds = list(FILMS)
    rows = [dialogue(number, kinds[number % len(kinds)], id_of, rng) for number in range(64)]
    rows.insert(48, {"conversationId": "64", "initiatorWorkerId": 1, "respondentWorkerId": 2, "movieMentions": [],
                     "initiatorQuestions": [], "respondentQuestions": [],
                     "messages": [{"messageId": 0, "timeOffset": 0, "senderWorkerId": 1, "text": "Anybody there?"}]})
    write_lines(folder / "train_data.jsonl", rows[:49])
    write_lines(folder / "test_data.jsonl", rows[49:])
    texts = ["%s\t%s" % (film, kind) for kind, of_kind in FILMS.items() for film in of_kind]
    (folder / "film_texts.tsv").write_text("title\tgenres\n" + "\n".join(texts) + "\n", encoding="utf-8")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    books(folder / "books")
    products(folder / "products")
    purchases(folder / "purchases")
    dialogues(folder / "dialogues")


if __name__ == "__main__":
    main()
