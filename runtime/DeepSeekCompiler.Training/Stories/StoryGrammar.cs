using DeepSeekCompiler.Training.Grammars;

namespace DeepSeekCompiler.Training.Stories;

/// <summary>The sample corpus: children's stories, and chats that ask for one and then ask about it. Every text has one derivation, so that its
/// probability is known exactly, and with it the least loss that any model can reach.</summary>
public static class StoryGrammar
{
    public const string User = "<｜User｜>";
    public const string Assistant = "<｜Assistant｜>";
    public const string End = "<｜end▁of▁sentence｜>";

    private const int MostQuestions = 3;

    /// <summary>Three documents of four are stories, the fourth is a chat. The end of the document is not written: it is the separator's business.</summary>
    public static void Document(Derivation text)
    {
        if (text.Choose(3, 1) == 0) new Story(text).Tell(met: false);
        else Chat(text);
    }

    /// <summary>A request, the story, and one to three questions with their answers.</summary>
    public static void Chat(Derivation text)
    {
        var story = new Story(text);
        text.Write(User + "[Tell me|I want|Please write] a story about ");
        story.Meet();
        text.Write($".{Assistant}");
        story.Tell(met: true);
        var facts = story.Facts;
        int questions = text.Choose(MostQuestions) + 1;
        for (int i = 0; i < questions; i++)
        {
            var (question, answer) = text.Draw(facts);
            text.Write($"{End}{User}{question}{Assistant}{answer}");
        }
    }

    /// <summary>The part of a document's cost that its tokens do not show: that no further question comes is only known behind the last end of a sentence,
    /// where nothing is predicted any more.</summary>
    /// <returns>Nats; 0 for stories, and for chats with the most questions.</returns>
    public static double UnseenNats(string document)
    {
        ArgumentNullException.ThrowIfNull(document);
        int questions = (document.Length - document.Replace(User, "", StringComparison.Ordinal).Length) / User.Length - 1;

        // All numbers of questions are equally likely: that none comes after question q has the probability 1 / (most - q + 1).
        return questions < 1 ? 0 : Math.Log(MostQuestions - questions + 1);
    }
}
