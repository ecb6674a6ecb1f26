using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Host;
using Chain.Node;
using Chain.Primitives;
using Chain.Storage;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

public sealed class SigningDeskTests
{
    private static readonly SigningRequest[] Requests = [new StakeSigningRequest.Proposal(KeyOf(1), Hash256.Zero, new Slot(5)),
        new StakeSigningRequest.Proposal(KeyOf(2), Hash256.Zero, new Slot(5))];

    public static TheoryData<Exception, string> Failures => new()
    {
        { new StoreException(StoreFailure.DiskFull, "No room left to write"), "No room left to write" },
        { new IOException("the device is gone"), "the device is gone" },
        { new UnauthorizedAccessException("the file is another's"), "the file is another's" },
        { new SqliteBugException(7, "out of memory"), "unexpected SqliteBugException: out of memory" },
        { new ObjectDisposedException(null, "closed"), "unexpected ObjectDisposedException: closed" },
        { new AggregateException("one of many"), "unexpected AggregateException: one of many" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Whatever_fails_nothing_is_signed_and_the_answers_say_why_and_the_next_requests_are_signed(Exception failure,
        string why)
    {
        var signature = PrivateKeyOf(1).Sign(Hash256.Zero);
        var (calls, answers) = (0, new List<SigningAnswer>());
        IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests, ChainView seen) =>
            ++calls == 1 ? throw failure : [.. requests.Select(request => new SigningAnswer(request, signature, null))];
        var view = new TestNode().View;
        var desk = new SigningDesk(Sign, answered =>
        {
            answers.AddRange(answered);
            return ValueTask.CompletedTask;
        });
        desk.Ask(Requests, view);
        desk.Ask(Requests, view);
        await desk.DisposeAsync();

        Assert.Equal([new SigningAnswer(Requests[0], null, why), new(Requests[1], null, why), new(Requests[0], signature, null),
            new(Requests[1], signature, null)], answers);
    }
}
