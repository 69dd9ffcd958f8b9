namespace DeepSeekCompiler.Training.Stories;

/// <summary>A character: the name says which pronouns it goes by.</summary>
internal sealed record Character(string Name, bool IsShe)
{
    public string They => IsShe ? "she" : "he";

    public string Them => IsShe ? "her" : "him";

    public string Their => IsShe ? "her" : "his";

    public string TheyCapital => IsShe ? "She" : "He";
}

/// <summary>Things that are counted.</summary>
internal sealed record Countable(string One, string Many)
{
    public string Of(int count) => $"{Words.Number(count)} {(count == 1 ? One : Many)}";
}

/// <summary>A thing and what one does with it.</summary>
internal sealed record Thing(string Name, string Use);

/// <summary>A morning's weather and what it looked like.</summary>
internal sealed record Weather(string Kind, string Look);

/// <summary>The vocabulary of the stories.</summary>
internal static class Words
{
    private static readonly string[] s_numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

    public static readonly Character[] Characters =
    [
        new("Tom", false), new("Ben", false), new("Leo", false), new("Max", false), new("Otto", false), new("Hugo", false), new("Emil", false), new("Finn", false),
        new("José", false), new("Björn", false), new("Jürgen", false), new("André", false),
        new("Mia", true), new("Anna", true), new("Ida", true), new("Nora", true), new("Ruby", true), new("Lucy", true), new("Clara", true), new("Emma", true),
        new("Zoë", true), new("Chloé", true), new("Inès", true), new("Renée", true),
    ];

    public static readonly string[] Kinds =
        ["fox", "rabbit", "bear", "mouse", "owl", "hedgehog", "otter", "frog", "squirrel", "badger", "duck", "mole", "beaver", "goat", "kitten", "lamb"];

    public static readonly string[] Homes =
    [
        "in a hole beside the river", "under an old oak", "behind the mill", "at the edge of the forest", "in a house with a red door", "near the castle",
        "on a hill above the sea", "in the attic of the library", "beside the station", "in a barn full of hay",
    ];

    public static readonly Weather[] Weathers =
    [
        new("sunny", "The sky was blue from end to end."), new("rainy", "Rain was falling on all the roofs."), new("windy", "The wind was pulling at every hat."),
        new("foggy", "Nobody could see as far as the gate."), new("snowy", "The garden was white and quiet."), new("stormy", "Thunder rolled over the hills."),
    ];

    public static readonly string[] Traits =
    [
        "was always hungry, even after lunch", "could not sit still for a minute", "sang while walking", "was afraid of the dark", "asked more questions than anyone else",
        "loved puddles", "collected round stones", "laughed at every joke",
    ];

    public static readonly Countable[] Countables =
    [
        new("plum", "plums"), new("pear", "pears"), new("apple", "apples"), new("nut", "nuts"), new("berry", "berries"), new("cookie", "cookies"), new("bun", "buns"), new("carrot", "carrots"),
        new("shell", "shells"), new("button", "buttons"), new("feather", "feathers"), new("marble", "marbles"),
    ];

    public static readonly Thing[] Things =
    [
        new("kite", "let it fly above the trees"), new("drum", "beat it until the windows shook"), new("lamp", "lit it and watched the shadows dance"), new("whistle", "blew it as loud as possible"),
        new("map", "followed the dotted line to the pond"), new("hat", "wore it for the rest of the day"), new("umbrella", "opened it and spun around"), new("ball", "bounced it on the stairs"),
        new("book", "read the first page aloud"), new("key", "tried it in every door"), new("bell", "rang it three times"), new("rope", "made a swing of it"),
        new("spoon", "stirred the soup with it"), new("mirror", "made a face in it"), new("flute", "played a slow song on it"), new("wagon", "pulled it down the hill"),
    ];

    public static readonly string[] Places =
    [
        "under the bench", "behind the door", "in the dusty corner", "beside the well", "on the top shelf", "inside the boot", "below the stairs", "among the roses",
        "between two barrels", "in the tall grass", "at the back of the cart", "next to the oven",
    ];

    /// <summary>A kind with its article.</summary>
    public static string Article(string kind) => (kind[0] is 'o' ? "an " : "a ") + kind;

    public static string Number(int count) => s_numbers[count];
}
