"""Times the shapes that come in as JSON with torch, and writes one line before and one after each, as dsc-gpu's own processes do."""
import json
import sys
import time

import torch
import torch.nn.functional as F

MARK = "@dsc-gpu "
ROTATED = 512 << 20


def tell(item, seconds=None, failure=None, figures=None):
    print(MARK + json.dumps({"Item": item, "Seconds": seconds, "Failure": failure, "Figures": figures}), flush=True)


def sets(size, make):
    """Copies of the arguments, so many that a launch finds them in memory and not in a cache."""
    return [make() for _ in range(max(1, min(16, ROTATED // max(1, size))))]


def microseconds(calls):
    """Median, least and most of nine batches of launches, by events of the device; a batch is recorded and replayed, as ours are."""
    def launch(count):
        for i in range(count):
            calls[i % len(calls)]()

    def timed(run):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        run()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) * 1e3

    # Every set once: what is compiled or chosen at first use is there before the recording.
    launch(len(calls))
    count = int(min(200, max(1, 500 / max(1.0, timed(lambda: launch(1))))))
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        launch(count)
    timed(graph.replay)
    times = sorted(timed(graph.replay) / count for _ in range(9))
    return times[4], times[0], times[-1]


def product_bf16(s):
    m, n, k = s["M"], s["N"], s["K"]

    def make():
        a = torch.randn(m, k, device="cuda", dtype=torch.bfloat16)
        b = torch.randn(n, k, device="cuda", dtype=torch.bfloat16)
        return lambda: torch.matmul(a, b.t())
    return sets(2 * (m * k + n * k), make)


def product_fp8(s):
    # Its rows are padded to sixteen, which the instruction wants; scales are one a tensor, the least that torch can do.
    m, n, k = (s["M"] + 15) // 16 * 16, s["N"] // 16 * 16, s["K"]

    def make():
        a = torch.randn(m, k, device="cuda").to(torch.float8_e4m3fn)
        b = torch.randn(n, k, device="cuda").to(torch.float8_e4m3fn)
        one = torch.ones((), device="cuda")
        return lambda: torch._scaled_mm(a, b.t(), scale_a=one, scale_b=one, out_dtype=torch.bfloat16, use_fast_accum=False)
    return sets(m * k + n * k, make)


def decode(s):
    """Absorbed latent attention: all heads share a row of the cache."""
    tokens, heads, context, value, key = s["M"], s["N"], s["Context"], s["Value"], s["Key"]

    def plain(q, cache):
        scores = torch.matmul(q, cache.t()).float() * key ** -0.5
        return torch.matmul(torch.softmax(scores, -1).to(cache.dtype), cache[:, :value])
    fused = torch.compile(plain)

    def make():
        q = torch.randn(tokens * heads, key, device="cuda", dtype=torch.bfloat16)
        cache = torch.randn(context, key, device="cuda", dtype=torch.bfloat16)
        return lambda: fused(q, cache)
    return sets(2 * context * key, make)


def prefill(s):
    tokens, heads, context, value, key = s["M"], s["N"], s["Context"], s["Value"], s["Key"]

    def make():
        q = torch.randn(1, heads, tokens, key, device="cuda", dtype=torch.bfloat16)
        k = torch.randn(1, heads, context, key, device="cuda", dtype=torch.bfloat16)
        v = torch.randn(1, heads, context, value, device="cuda", dtype=torch.bfloat16)
        # The tokens are the last ones of the context.
        mask = None if tokens == context else torch.ones(tokens, context, device="cuda", dtype=torch.bool).tril(context - tokens)
        return lambda: F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)
    return sets(2 * heads * context * (key + value), make)


KINDS = {"bf16": product_bf16, "fp8": product_fp8, "decode": decode, "prefill": prefill}


def main():
    torch.manual_seed(0)
    for shape in json.load(sys.stdin):
        tell(shape["Name"])
        start = time.perf_counter()
        figures, failure = None, None
        try:
            with torch.no_grad():
                median, least, most = microseconds(KINDS[shape["Kind"]](shape))
            figures = {"us": median, "least us": least, "most us": most}
        except Exception as e:  # whatever torch has against it: the next shape may do
            failure = "torch: " + " ".join(str(e).split())[:300]
        torch.cuda.empty_cache()
        tell(shape["Name"], time.perf_counter() - start, failure, figures)


main()
