#!/usr/bin/env python3
"""Times rollouts of other engines and of this suite on the same work, one after the other on the same machine.

    python3 harness/benchmarks/peers.py --policy=DIR [--gguf=FILE] [--json=OUT.json]

Peers, each in a process of its own: transformers in float32 and bfloat16, CTranslate2 in float32 and int8, llama.cpp
(batch 1; through llama-cpp-python or xllamacpp, on the GGUF file given: give one in F32 to compare float32 with
float32). What is not installed is named and left out; nothing is downloaded. The suite runs as --ours, on the same
folder.

Work: --prompts random prompts of --prompt_len tokens, --group completions of exactly --new_tokens tokens each, drawn at
temperature 1 from the whole distribution; then the same with one prompt and one completion ("batch 1"). Every engine
runs the work once to warm up and then --repeats times, and the median counts. A ratio is ours over the peer's tokens
per second; one of different types of arithmetic says so. Timings mean little while other programs run: the load average
is printed.
"""

import argparse
import json
import os
import random
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

NOT_INSTALLED = 3


def token_ids(args, prompts):
    with open(os.path.join(args.policy, "config.json"), encoding="utf-8") as file:
        vocabulary = json.load(file)["vocab_size"]
    source = random.Random(1)
    return [[source.randrange(3, vocabulary) for _ in range(args.prompt_len)] for _ in range(prompts)]


def median_seconds(args, work):
    times = []
    for _ in range(args.repeats + 1):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def time_transformers(args, dtype, prompts, group):
    import torch
    import transformers

    torch.set_num_threads(args.threads)
    model = transformers.AutoModelForCausalLM.from_pretrained(args.policy, dtype=getattr(torch, dtype)).eval()
    ids = torch.tensor(token_ids(args, prompts))
    mask = torch.ones_like(ids)

    def work():
        with torch.inference_mode():
            out = model.generate(input_ids=ids, attention_mask=mask, do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
                                 num_return_sequences=group, min_new_tokens=args.new_tokens,
                                 max_new_tokens=args.new_tokens, pad_token_id=0)
        assert out.shape == (prompts * group, args.prompt_len + args.new_tokens)

    return median_seconds(args, work)


def time_ctranslate2(args, dtype, prompts, group):
    import ctranslate2
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(args.policy)
    tokens = [tokenizer.convert_ids_to_tokens(ids) for ids in token_ids(args, prompts)]
    with tempfile.TemporaryDirectory() as folder:
        quantization = {"float32": "float32", "int8": "int8"}[dtype]
        ctranslate2.converters.TransformersConverter(args.policy).convert(folder, quantization=quantization, force=True)
        generator = ctranslate2.Generator(folder, device="cpu", compute_type=dtype, intra_threads=args.threads)

        def work():
            results = generator.generate_batch(tokens, max_length=args.new_tokens, min_length=args.new_tokens,
                                               num_hypotheses=group, sampling_topk=0, sampling_temperature=1.0,
                                               include_prompt_in_result=False)
            assert all(len(ids) == args.new_tokens for result in results for ids in result.sequences_ids)

        return median_seconds(args, work)


def time_llama_cpp(args, dtype, prompts, group):
    ids = token_ids(args, 1)[0]
    assert prompts * group == 1
    try:
        return time_llama_cpp_python(args, ids)
    except ImportError:
        return time_xllamacpp(args, ids)


def time_llama_cpp_python(args, ids):
    import llama_cpp

    model = llama_cpp.Llama(args.gguf, n_ctx=args.prompt_len + args.new_tokens + 1, n_threads=args.threads,
                            n_threads_batch=args.threads, verbose=False)

    def work():
        model.reset()
        drawn = model.generate(ids, top_k=0, top_p=1.0, min_p=0.0, temp=1.0, repeat_penalty=1.0)
        for _ in range(args.new_tokens):
            next(drawn)

    return median_seconds(args, work)


def time_xllamacpp(args, ids):
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = args.gguf
    params.n_ctx = args.prompt_len + args.new_tokens + 16
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = args.threads
    params.warmup = False
    server = xllamacpp.Server(params)
    request = {"prompt": ids, "n_predict": args.new_tokens, "ignore_eos": True, "cache_prompt": False, "temperature": 1.0,
               "top_k": 0, "top_p": 1.0, "min_p": 0.0}

    def work():
        answer = server.handle_completions(request)
        assert answer["tokens_predicted" if "tokens_predicted" in answer else "usage"]

    return median_seconds(args, work)


PEERS = [  # name, type of arithmetic, function, also for a batch
    ("transformers", "float32", time_transformers, True),
    ("transformers", "bfloat16", time_transformers, True),
    ("ctranslate2", "float32", time_ctranslate2, True),
    ("ctranslate2", "int8", time_ctranslate2, True),
    ("llama.cpp", "gguf", time_llama_cpp, False),
]


def run_as_peer(args):
    name, dtype = args.peer.split(":")
    function = next(f for n, d, f, _ in PEERS if (n, d) == (name, dtype))
    try:
        seconds = function(args, dtype, args.prompts, args.group)
    except ImportError as error:
        print(error.name, file=sys.stderr)
        sys.exit(NOT_INSTALLED)
    print(json.dumps({"seconds": seconds}))


def workload_flags(args, prompts, group):
    return [f"--policy={args.policy}", f"--prompts={prompts}", f"--group={group}", f"--prompt_len={args.prompt_len}",
            f"--new_tokens={args.new_tokens}", f"--threads={args.threads}", f"--repeats={args.repeats}"]


def last_json_line(text):
    return json.loads([line for line in text.splitlines() if line.startswith("{")][-1])


def time_peer(args, name, dtype, prompts, group):
    result = {"engine": name, "dtype": dtype, "completions": prompts * group}
    if name == "llama.cpp":
        result["dtype"] = os.path.basename(args.gguf) if args.gguf else dtype
        if not args.gguf:
            return {**result, "skipped": "no --gguf"}
    command = [sys.executable, os.path.abspath(__file__), f"--peer={name}:{dtype}", f"--gguf={args.gguf}"]
    environment = {**os.environ, "OMP_NUM_THREADS": str(args.threads), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command + workload_flags(args, prompts, group), capture_output=True, text=True,
                          env=environment, check=False)
    if done.returncode == NOT_INSTALLED:
        return {**result, "skipped": "not installed: " + done.stderr.strip().splitlines()[-1]}
    if done.returncode != 0:
        return {**result, "skipped": "failed: " + (done.stderr.strip().splitlines() or ["no message"])[-1]}
    seconds = last_json_line(done.stdout)["seconds"]
    return {**result, "tokens_per_s": prompts * group * args.new_tokens / seconds}


def time_ours(args, dtype, prompts, group):
    command = shlex.split(args.ours) + workload_flags(args, prompts, group) + [f"--dtype={dtype}", "--explain"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit("the suite's own benchmark failed:\n" + done.stderr)
    found = last_json_line(done.stdout)
    return {"engine": "suite", "dtype": dtype, "completions": prompts * group, "tokens_per_s": found["tokens_per_s"],
            "peak_mb": found["peak_mb"], "roofline": found.get("roofline")}


def add_ratios(results):
    ours = {(r["dtype"], r["completions"]): r["tokens_per_s"] for r in results if r["engine"] == "suite"}
    for result in results:
        if result["engine"] == "suite" or "tokens_per_s" not in result:
            continue
        result["ratio"] = {dtype: rate / result["tokens_per_s"] for (dtype, completions), rate in ours.items()
                           if completions == result["completions"]}


def print_table(results):
    row = "{:<14} {:<24} {:>11} {:>10} {:>16} {:>17}".format
    print(row("engine", "arithmetic", "completions", "tokens/s", "our float32 is", "our bfloat16 is"))
    for result in results:
        if "skipped" in result:
            print(row(result["engine"], result["dtype"], result["completions"], "-", "", "") + result["skipped"])
            continue
        ratio = {dtype: f"{value:.2f} x" for dtype, value in result.get("ratio", {}).items()}
        print(row(result["engine"], result["dtype"], result["completions"], f"{result['tokens_per_s']:.1f}",
                  ratio.get("float32", ""), ratio.get("bfloat16", "")))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", required=True, help="Hugging Face folder")
    parser.add_argument("--gguf", default="", help="GGUF file of the same model, for llama.cpp")
    for name, value in [("prompts", 4), ("group", 8), ("prompt_len", 128), ("new_tokens", 128), ("threads", 2),
                        ("repeats", 3)]:
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--ours", default="./bazelw run -c opt //experiments:benchmark_rollout --",
                        help="command that the workload's flags are added to")
    parser.add_argument("--json", default="", help="file for all results")
    parser.add_argument("--peer", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    args = parse_arguments()
    if args.peer:
        run_as_peer(args)
        return
    load_before = os.getloadavg()
    results = []
    for prompts, group in [(args.prompts, args.group), (1, 1)]:
        for name, dtype, _, batched in PEERS:
            if batched or prompts * group == 1:
                results.append(time_peer(args, name, dtype, prompts, group))
                print(json.dumps(results[-1]), file=sys.stderr, flush=True)
        for dtype in ["float32", "bfloat16"]:
            results.append(time_ours(args, dtype, prompts, group))
            print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    add_ratios(results)
    print_table(results)
    print(f"load average before: {load_before[0]:.1f}, after: {os.getloadavg()[0]:.1f}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"arguments": vars(args), "load_before": load_before, "load_after": os.getloadavg(),
                       "results": results}, file, indent=2)


if __name__ == "__main__":
    main()
