using System.Globalization;
using Chain.Node;
using Chain.Primitives;
using Chain.Storage;

namespace Chain.Tests;

/// <summary>
/// The process that is killed: commits the batches of a script without end and says each number once it is durable, while a
/// second thread maintains and prunes. Every batch brings a state of its own and a step of one made-up transaction, whose
/// steps so count the batches that are in the store.
/// </summary>
internal static class StoreCrashWriter
{
    public const string Command = "write-store-until-killed";

    private const int StatesKept = 3;

    public static readonly Hash256 Genesis = Keccak256.Hash("crash"u8);

    private static readonly Hash256 Counter = Keccak256.Hash("counter"u8);

    // Small, so that flushes, checkpoints and sweeps are always under way.
    private static readonly SqliteStoreOptions Bounds = new()
    {
        IndexEntriesToFlush = 60,
        LogBytesToCheckpoint = 64 << 10,
        NodeCacheBytes = 16 << 10,
    };

    public static SqliteChainStore Open(string folder) => SqliteChainStore.Open(folder, Genesis, Bounds);

    public static int CountBatches(IChainReader reader) => reader.GetTransactionSteps(Counter).Count;

    /// <summary>The states that pruning keeps after so many batches.</summary>
    public static IEnumerable<StateSample> StatesAfter(int batches) =>
        Enumerable.Range(Math.Max(1, batches - StatesKept + 1), Math.Min(batches, StatesKept)).Select(StateOf);

    /// <summary>The script's next batch, as number so and so.</summary>
    public static StoreBatch NextBatch(StoreScript script, int number)
    {
        var batch = script.Next();
        var state = StateOf(number).ToBatch();
        batch.TrieNodes.AddRange(state.TrieNodes);
        batch.Codes.AddRange(state.Codes);
        batch.TransactionSteps.Add((Counter, new TransactionStep(TransactionFate.Pending, new At(number), null, null, null)));
        return batch;
    }

    public static int Run(string folder, int seed)
    {
        // Waits until told, so that the runtime's start costs no time of the test.
        if (Console.In.ReadLine() is null) return 1;
        var store = Open(folder);
        var script = new StoreScript(seed);
        var committed = CountBatches(store);
        for (var i = 1; i <= committed; i++) NextBatch(script, i);
        new Thread(() => MaintainForEver(store)) { IsBackground = true }.Start();
        for (var number = committed + 1; ; number++)
        {
            store.Commit(NextBatch(script, number));
            Console.Out.WriteLine(number.ToString(CultureInfo.InvariantCulture));
            Console.Out.Flush();
        }
    }

    private static StateSample StateOf(int number) => new((ulong)number, number % 2 == 0 ? (ulong)(number % 100) : null);

    private static void MaintainForEver(SqliteChainStore store)
    {
        while (true)
        {
            store.Maintain(CancellationToken.None);
            store.PruneStates(reader => [.. StatesAfter(CountBatches(reader)).Select(state => state.Root)],
                CancellationToken.None);
        }
    }
}
