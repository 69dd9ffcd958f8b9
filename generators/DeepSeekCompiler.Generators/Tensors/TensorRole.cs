namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>What a tensor is to its kernel. Ahead: weights of later kernels, which this one asks for and never reads; they come with the run, not with the call.</summary>
public enum TensorRole { Input, Output, InOut, Temp, Ahead }
