namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>What a tensor is to its kernel.</summary>
public enum TensorRole { Input, Output, InOut, Temp }
