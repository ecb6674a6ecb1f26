using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Rules.Stake;
using Chain.Storage;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

/// <summary>Random requests, imports and prunings, in a space so small that everything collides with everything.</summary>
public sealed class SigningProperties : IDisposable
{
    private const ulong SlotsPerEpoch = 2;
    private const int Epochs = 8;
    private const int Roots = 2;

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-signing-").FullName;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_signer_signs_exactly_what_makes_no_slashable_pair_with_anything_signed(int seed)
    {
        var random = new Random(seed);
        using var history = Open("history.db");
        var signer = new ValidatorSigner([new ValidatorSecret(PrivateKeyOf(1)), new ValidatorSecret(PrivateKeyOf(2))], history);
        var signed = new List<SigningRequest>();
        for (var call = 0; call < 40; call++)
        {
            var requests = Enumerable.Range(0, random.Next(1, 5)).Select(_ => RandomRequest(random)).ToList();
            var answers = signer.Sign(requests);
            for (var i = 0; i < requests.Count; i++)
            {
                var isSound = requests[i] is not StakeSigningRequest.Vote vote || vote.Source <= vote.Target;
                var expected = isSound && !signed.Exists(other => AreSlashable(other, requests[i]));
                Assert.True(expected == answers[i].Error is null,
                    $"seed {seed}, call {call}: {requests[i]}: {answers[i].Error?.Reason ?? "signed"}");
                if (expected) signed.Add(requests[i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void With_prunings_no_slashable_pair_is_ever_allowed_and_both_histories_agree(int seed)
    {
        var random = new Random(seed);
        using var onDisk = Open("history.db");
        var inMemory = new SigningRecord().Knowing(1, 2);
        var allowed = new List<SigningRequest>();
        for (var call = 0; call < 80; call++)
        {
            if (random.Next(10) == 0)
            {
                var finalized = new Epoch((ulong)random.Next(Epochs));
                onDisk.Prune(finalized, SlotsPerEpoch);
                inMemory.Prune(finalized, SlotsPerEpoch);
            }

            var request = RandomRequest(random);
            var refusal = onDisk.Ask(request);
            Assert.True(refusal is null == inMemory.Ask(request) is null,
                $"seed {seed}, call {call}: {request}: {refusal?.Reason ?? "allowed"} on disk");
            if (refusal is not null) continue;
            Assert.DoesNotContain(allowed, other => AreSlashable(other, request));
            allowed.Add(request);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Neither_an_import_nor_a_pruning_ever_allows_what_was_refused(int seed)
    {
        var random = new Random(seed);
        using var history = Open("history.db");
        var refused = Refused("history.db");
        for (var step = 0; step < 40; step++)
        {
            switch (random.Next(4))
            {
                case 0: history.Import(new SigningInterchange(Genesis, [RandomKey(random), RandomKey(random)])); break;
                case 1: history.Prune(new Epoch((ulong)random.Next(Epochs)), SlotsPerEpoch); break;
                default: history.Ask(RandomRequest(random)); break;
            }

            var now = Refused("history.db");
            Assert.True(refused.IsSubsetOf(now),
                $"seed {seed}, step {step}: allowed again: {string.Join(", ", refused.Except(now))}");
            refused = now;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_history_that_took_in_anothers_export_refuses_whatever_that_refused(int seed)
    {
        var random = new Random(seed);
        using var history = Open("history.db");
        for (var step = 0; step < 30; step++)
        {
            if (random.Next(6) == 0) history.Import(new SigningInterchange(Genesis, [RandomKey(random)]));
            else if (random.Next(6) == 0) history.Prune(new Epoch((ulong)random.Next(Epochs)), SlotsPerEpoch);
            else history.Ask(RandomRequest(random));
        }

        using (var other = Open("other.db")) other.Import(history.Export());

        var lost = Refused("history.db").Except(Refused("other.db"));
        Assert.True(!lost.Any(), $"seed {seed}: allowed elsewhere: {string.Join(", ", lost)}");
    }

    private SigningHistory Open(string name) => SigningHistory.Open(Path.Combine(_folder, name), Genesis).Knowing(1, 2);

    // Every request that there is in this space is asked for, and none is remembered.
    private HashSet<string> Refused(string name)
    {
        using var database = new SqliteDatabase(Path.Combine(_folder, name), readOnly: false);
        database.Execute("BEGIN");
        var tables = new SigningHistoryTables(database);
        var refused = new HashSet<string>(StringComparer.Ordinal);
        for (var key = 1; key <= 2; key++)
        {
            var validator = tables.FindValidator(KeyOf(key).Bytes) ?? 0;
            foreach (var (proposal, vote) in All())
            {
                if (proposal is { } block && tables.Judge(validator, block, tables.ProposalMinimum(validator)) is not null)
                    refused.Add($"key {key}, {block}");
                if (vote is { } link && tables.Judge(validator, link, tables.VoteMinimum(validator)) is not null)
                    refused.Add($"key {key}, {link}");
            }
        }

        database.Rollback();
        return refused;
    }

    private static IEnumerable<(KnownProposal?, KnownVote?)> All()
    {
        for (var root = 0; root < Roots; root++)
        {
            for (var slot = 0UL; slot < Epochs * SlotsPerEpoch; slot++)
                yield return (new KnownProposal(new Slot(slot), Root(root)), null);
            for (var source = 0UL; source < Epochs; source++)
            {
                for (var target = 0UL; target < Epochs; target++)
                    yield return (null, new KnownVote(new Epoch(source), new Epoch(target), Root(root)));
            }
        }
    }

    private static SigningRequest RandomRequest(Random random)
    {
        var (root, key) = (random.Next(Roots), random.Next(1, 3));
        return random.Next(2) == 0
            ? Block((ulong)random.Next(Epochs * (int)SlotsPerEpoch), root, key)
            : Vote((ulong)random.Next(Epochs), (ulong)random.Next(Epochs), root, key);
    }

    private static SigningInterchangeKey RandomKey(Random random) => new(
        KeyOf(random.Next(1, 3)).Bytes.ToArray(),
        [.. Enumerable.Range(0,
            random.Next(3)).Select(_ =>
                new KnownProposal(new Slot((ulong)random.Next(Epochs * (int)SlotsPerEpoch)),
                    random.Next(3) == 0 ? null : Root(random.Next(Roots))))],
        [.. Enumerable.Range(0,
            random.Next(3)).Select(_ =>
                new KnownVote(new Epoch((ulong)random.Next(Epochs)), new Epoch((ulong)random.Next(Epochs)),
                    random.Next(3) == 0 ? null : Root(random.Next(Roots))))]);
}
