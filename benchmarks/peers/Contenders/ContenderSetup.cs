namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>What a contender's process is told before anything else.</summary>
/// <param name="Name">Of <see cref="ContenderList"/>.</param>
/// <param name="Model">A checkpoint folder or a GGUF file.</param>
/// <param name="Library">Folder of the contender's native library; empty where it brings its own.</param>
/// <param name="Threads">To compute with.</param>
/// <param name="Tokens">The same ids for all; the longest context is their number.</param>
/// <param name="Cache">Format of our KV cache: f32, bf16 or i16.</param>
internal sealed record ContenderSetup(string Name, string Model, string Library, int Threads, int[] Tokens, string Cache);
