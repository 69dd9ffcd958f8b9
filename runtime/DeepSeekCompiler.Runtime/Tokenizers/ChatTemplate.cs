using System.Text;

namespace DeepSeekCompiler.Runtime.Tokenizers;

/// <summary>Conversations as text, in the two forms of the DeepSeek family: V3's markers and V2's words. A Jinja template is recognised by what it
/// writes, not executed; tool calls are not rendered.</summary>
public sealed class ChatTemplate
{
    private readonly bool _markers;
    private readonly string _bos;
    private readonly string _eos;

    private ChatTemplate(bool markers, string bos, string eos)
    {
        _markers = markers;
        _bos = bos;
        _eos = eos;
    }

    /// <exception cref="TokenizerException">The template writes neither form.</exception>
    internal static ChatTemplate Recognise(string template, string bos, string eos, string path)
    {
        if (template.Contains("<｜User｜>", StringComparison.Ordinal) && template.Contains("<｜Assistant｜>", StringComparison.Ordinal)) return new(true, bos, eos);
        if (template.Contains("User: ", StringComparison.Ordinal) && template.Contains("Assistant:", StringComparison.Ordinal)) return new(false, bos, eos);
        throw new TokenizerException($"{path} has a chat template that is not of the DeepSeek family (neither <｜User｜> nor \"User: \").");
    }

    /// <summary>The text of a conversation, special tokens written out.</summary>
    /// <param name="messages">In order.</param>
    /// <param name="addGenerationPrompt">Ends with what makes the assistant answer.</param>
    /// <exception cref="TokenizerException">A role is not known.</exception>
    public string Render(IEnumerable<ChatMessage> messages, bool addGenerationPrompt)
    {
        var text = new StringBuilder(_bos);
        foreach (var message in messages)
        {
            text.Append(message.Role switch
            {
                "system" => _markers ? message.Content : message.Content + "\n\n",
                "user" => _markers ? "<｜User｜>" + message.Content : "User: " + message.Content + "\n\n",
                "assistant" => (_markers ? "<｜Assistant｜>" : "Assistant: ") + message.Content + _eos,
                _ => throw new TokenizerException($"A message has the role {message.Role}; system, user and assistant are known."),
            });
        }

        if (addGenerationPrompt) text.Append(_markers ? "<｜Assistant｜>" : "Assistant:");
        return text.ToString();
    }
}
