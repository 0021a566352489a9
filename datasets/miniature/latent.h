// Vectors of hidden qualities, and sampling from softmax without replacement.
//
//   Latent c = Perturbed(anchor, 0.45, &stream);              // unit(anchor + .45 z / sqrt(d))
//   std::vector<int> best = GumbelTop(scores, 5, {}, &stream);
#pragma once

#include <vector>

#include "base/random.h"

namespace suite {

using Latent = std::vector<double>;

double Dot(const Latent& a, const Latent& b);

// *sum += weight * v.
void AddScaled(const Latent& v, double weight, Latent* sum);

// v / |v|.
Latent Unit(Latent v);

// Uniform on the unit sphere in R^dim.
Latent RandomUnit(int dim, RandomStream* stream);

// unit(v + scale z / sqrt(d)).
Latent Perturbed(Latent v, double scale, RandomStream* stream);

// k distinct indices in the order in which softmax(scores) would yield them without replacement: the largest of scores
// + Gumbel noise (Kool et al., "Stochastic beams and where to find them", ICML 2019). `excluded` indices never occur.
std::vector<int> GumbelTop(std::vector<double> scores, int k, const std::vector<int>& excluded, RandomStream* stream);

// An index with the given probabilities (sum 1).
int SampleIndex(const std::vector<double>& probabilities, RandomStream* stream);

}  // namespace suite
