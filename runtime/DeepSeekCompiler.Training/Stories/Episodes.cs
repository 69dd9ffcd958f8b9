namespace DeepSeekCompiler.Training.Stories;

/// <summary>What may happen in a story. Every episode brings a new friend; numbers stay below eleven.</summary>
internal static class Episodes
{
    /// <summary>The hero gives some of a number of things away: subtraction.</summary>
    public static void Share(Story story)
    {
        var (text, hero) = (story.Text, story.Hero);
        text.Write($"{hero.Name} had a basket with ");
        int had = 3 + text.Choose(7);
        text.Write($"{Words.Number(had)} ");
        var what = text.Pick(Words.Countables);
        text.Write($"{what.Many}. ");
        var friend = story.Friend();
        text.Write($"[Then {friend.Name} came along.|{friend.Name} was sitting on the fence.|On the path stood {friend.Name}.] \"May I have ");
        int gave = 1 + text.Choose(had - 1);
        int kept = had - gave;
        text.Write($"{what.Of(gave)}, please?\" asked {friend.Name}. {hero.Name} gave {friend.Them} {what.Of(gave)} and kept {what.Of(kept)}. [\"You are very kind,\"|\"Thank you so much,\"|\"How good of you,\"] said {friend.Name}.");
        story.Facts.Add(($"How many {what.Many} did {hero.Name} keep?", $"{hero.Name} kept {what.Of(kept)}."));
        story.Facts.Add(($"Who asked for {what.Many}?", $"{friend.Name} asked for {what.Many}."));
    }

    /// <summary>Two put what they found together: addition.</summary>
    public static void Add(Story story)
    {
        var (text, hero) = (story.Text, story.Hero);
        text.Write($"{hero.Name} and ");
        var friend = story.Friend();
        text.Write($"{friend.Name} went to look for ");
        var what = text.Pick(Words.Countables);
        text.Write($"{what.Many} [by the pond|in the meadow|along the road|at the market]. {hero.Name} found ");
        int first = 1 + text.Choose(5);
        text.Write($"{Words.Number(first)}, and {friend.Name} found ");
        int second = 1 + text.Choose(5);
        text.Write($"{Words.Number(second)}. Together they had {what.Of(first + second)}. [They counted them twice.|They were proud of that.|They put them into one big bag.]");
        story.Facts.Add(($"How many {what.Many} did they have together?", $"They had {what.Of(first + second)}."));
        story.Facts.Add(($"Who went to look for {what.Many}?", $"{hero.Name} and {friend.Name} did."));
    }

    /// <summary>Something is lost and found where a friend says.</summary>
    public static void Seek(Story story)
    {
        var (text, hero) = (story.Text, story.Hero);
        text.Write($"{hero.Name} could not find {hero.Their} ");
        var thing = story.Thing();
        text.Write($"{thing.Name}. \"Have you seen it?\" {hero.They} asked ");
        var friend = story.Friend();
        text.Write($"{friend.Name}. \"Look ");
        string place = story.Place();
        text.Write($"{place},\" said {friend.Name}[| with a yawn| and winked| and went on peeling potatoes]. {hero.Name} looked {place}, and there was the {thing.Name}. {hero.TheyCapital} took it and {thing.Use}.");
        story.Facts.Add(($"Where was the {thing.Name}?", $"The {thing.Name} was {place}."));
        story.Facts.Add(($"Who knew where the {thing.Name} was?", $"{friend.Name} knew it."));
    }

    /// <summary>Two things change hands.</summary>
    public static void Trade(Story story)
    {
        var (text, hero) = (story.Text, story.Hero);
        text.Write($"{hero.Name} had a [new|shiny|painted|heavy] ");
        var mine = story.Thing();
        text.Write($"{mine.Name}. ");
        var friend = story.Friend();
        text.Write($"{friend.Name} had a [broken|strange|lovely|wooden] ");
        var yours = story.Thing();
        text.Write($"{yours.Name}. \"[Shall we trade|Would you like to swap]?\" asked {friend.Name}. So {hero.Name} got the {yours.Name}, and {friend.Name} got the {mine.Name}. {hero.Name} {yours.Use}. {friend.Name} {mine.Use}.");
        story.Facts.Add(($"Who has the {mine.Name} now?", $"{friend.Name} has the {mine.Name}."));
        story.Facts.Add(($"Who has the {yours.Name} now?", $"{hero.Name} has the {yours.Name}."));
    }

    /// <summary>Hide and seek: counting, and two wrong places before the right one or none.</summary>
    public static void Hide(Story story)
    {
        var (text, hero) = (story.Text, story.Hero);
        text.Write($"{hero.Name} played hide and seek with ");
        var friend = story.Friend();
        text.Write($"{friend.Name}. {hero.Name} counted to ");
        int count = 3 + text.Choose(8);
        text.Write($"{Words.Number(count)} and looked ");
        int wrong = text.Choose(3);
        for (int i = 0; i < wrong; i++)
        {
            string elsewhere = story.Place();
            text.Write($"{elsewhere}. Nobody was there. Then {hero.They} looked ");
        }

        string place = story.Place();
        text.Write($"{place}. There was {friend.Name}, [giggling|holding {friend.Their} breath|covered in dust]. \"Found you!\" cried {hero.Name}.");
        story.Facts.Add(($"Where was {friend.Name}?", $"{friend.Name} was {place}."));
        story.Facts.Add(("How far did they count?", $"{hero.Name} counted to {Words.Number(count)}."));
    }
}
