namespace DeepSeekCompiler.Cli;

/// <summary>The sample model, compiled with the tool: its first token needs no compiler.</summary>
[ModelFromConfig("story-model/config.json")]
internal sealed partial class StoryModel;
