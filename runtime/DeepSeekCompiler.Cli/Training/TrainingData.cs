using DeepSeekCompiler.Runtime.Tokenizers;
using DeepSeekCompiler.Training;
using DeepSeekCompiler.Training.Data;
using DeepSeekCompiler.Training.Loop;
using DeepSeekCompiler.Training.Stories;

namespace DeepSeekCompiler.Cli.Training;

/// <summary>The rows of a run.</summary>
internal sealed class TrainingData : IDisposable
{
    private const double HeldOutShare = 0.02;

    private readonly TokenShard? _shard;

    private TrainingData(TokenShard? shard, IRowSource training, IRowSource heldOut, double? floor) => (_shard, Training, HeldOut, Floor) = (shard, training, heldOut, floor);

    public IRowSource Training { get; }

    public IRowSource HeldOut { get; }

    /// <summary>The least loss that is possible on the held-out rows, nats a token; null where it is not known.</summary>
    public double? Floor { get; }

    public static TrainingData Open(RunFolder run)
    {
        var plan = run.Plan;
        int length = plan.Settings.Length;
        if (plan.Data == RunPlan.Stories)
        {
            var tokenizer = ModelTokenizer.Load(run.Tokenizer);
            foreach (string special in new[] { StoryGrammar.User, StoryGrammar.Assistant, StoryGrammar.End })
            {
                if (tokenizer.TokenToId(special) is null) throw new UserException($"The tokenizer does not know {special}, which stories need; --tokenizer learn makes one that does.");
            }

            var corpus = new StoryCorpus(plan.Settings.Seed);
            return new TrainingData(null, StoryRows.Training(corpus, tokenizer, length), StoryRows.HeldOut(corpus, tokenizer, length, plan.HeldOutRows), StoryFloor.Of(corpus, tokenizer, length, plan.HeldOutRows));
        }

        var progress = new ProgressLine("tokenizing");
        var shard = RunFolder.IsShard(plan.Data) ? Given(plan.Data, run.Tokenizer) : TextCorpus.Open(run.Shard, plan.Data, run.Tokenizer, (done, all) => progress.Report(done, all, "files"));
        IRowSource rows = plan.DocumentRows ? new DocumentRows(shard, length) : new PackedRows(shard, length);
        var (training, heldOut) = RowSelection.Split(rows, HeldOutShare, plan.HeldOutRows);
        return new TrainingData(shard, training, heldOut, null);
    }

    public void Dispose() => _shard?.Dispose();

    private static TokenShard Given(string path, string tokenizer)
    {
        var shard = TokenShard.Open(path);
        if (shard.TokenizerHash.SequenceEqual(TextCorpus.TokenizerHash(tokenizer))) return shard;
        shard.Dispose();
        throw new TrainingException($"{path} was made with another tokenizer than that of {tokenizer}.");
    }
}
