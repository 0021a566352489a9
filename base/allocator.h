// How the process treats memory that it may need again.
#pragma once

namespace suite {

// Lets malloc keep large freed blocks instead of giving each back to the system at once. A training step frees and
// takes the same large tensors again and again; without this every one of them is paged in anew (8 % of a step on the
// miniature). Call it first thing in main. Does nothing where the C library has no such setting.
void KeepFreedMemory();

// Lets oneDNN keep its kernels for the last 128 shapes instead of 1024. A step of training meets the same few shapes in
// every layer and the next step, with other lengths, meets none of them again: kept, they only take memory (a quarter
// of a gigabyte after 100 steps of the miniature, at the same speed). Call it before the first tensor is multiplied.
// The variable ONEDNN_PRIMITIVE_CACHE_CAPACITY wins where it is set.
void KeepFewKernels();

}  // namespace suite
