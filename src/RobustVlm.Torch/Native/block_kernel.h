// A transformer block for a few images at a time, so that everything between its two ends stays in the cache of one core.
#pragma once

#include <cstdint>

namespace rvt::block {

enum class Machine : int32_t { kNone = 0, kPlain, kAvx2, kAvx512, kPairs, kTiles };   // the last two multiply bfloat16

// The best of this processor for a number format, or the one that a test asked for.
Machine machine(bool brief);
bool supports(Machine machine);
void force(Machine machine);

// A matrix [inner, columns] in the order in which a product reads it.
struct Packed {
  int64_t inner;
  int64_t columns;
  const void* numbers;
};

// From a weight [rows, columns]: the matrix itself, or its transpose. Takes as many floats, or halves of floats, as the weight has numbers.
void pack(bool brief, bool transposed, const float* weight, int64_t rows, int64_t columns, void* to);

struct Norm {
  const float* weight;
  const float* bias;
  float epsilon;
};

struct Layer {
  Packed forward;
  Packed backward;
  const float* bias;
};

struct Block {
  int64_t tokens, width, hidden, heads;
  bool quick;   // x sigmoid(1.702 x) instead of x Phi(x)
  Norm first, second;
  Layer joined, projection, expansion, contraction;
  const float* mask;   // added to the scores; null hides nothing
  int64_t mask_strides[4];
};

// What the gradient needs of each image; all null keeps nothing.
template <typename Number>
struct Kept {
  Number* joined;          // [T, 3 D]
  float* probabilities;    // [heads, T, padded T]
  float* middle;           // [T, D]
  Number* hidden;          // [T, H], before the nonlinearity
};

// Images of a group are computed together; a group shares scratch memory.
int64_t group(const Block& block);
int64_t scratch_bytes(const Block& block);

// Images [begin, end) of x [N, T, D] to out [N, T, D].
void forward(Machine machine, const Block& block, const Kept<float>& kept, int64_t begin, int64_t end, const float* x, float* out, char* memory);
void forward(Machine machine, const Block& block, const Kept<uint16_t>& kept, int64_t begin, int64_t end, const float* x, float* out, char* memory);

// From the gradient of the output to that of the input.
void backward(Machine machine, const Block& block, const Kept<float>& kept, int64_t begin, int64_t end, const float* x, const float* gradient, float* result, char* memory);
void backward(Machine machine, const Block& block, const Kept<uint16_t>& kept, int64_t begin, int64_t end, const float* x, const float* gradient, float* result, char* memory);

}  // namespace rvt::block
