using System.Threading.Channels;
using Chain.Consensus;
using Chain.Node;

namespace Chain.Host;

/// <summary>
/// Takes what the core wants signed, in order, to whoever holds the keys, and brings the answers back to the inbox. Beside the
/// core's loop, because the history is written durably before each signature. Where that fails, for whatever reason, the answers
/// say so and nothing is signed.
/// </summary>
internal sealed class SigningDesk : IAsyncDisposable
{
    private readonly Channel<(IReadOnlyList<SigningRequest> Requests, ChainView View)> _asked =
        Channel.CreateUnbounded<(IReadOnlyList<SigningRequest>, ChainView)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Func<IReadOnlyList<SigningRequest>, ChainView, IReadOnlyList<SigningAnswer>> _sign;
    private readonly Func<IReadOnlyList<SigningAnswer>, ValueTask> _answer;
    private readonly Task _working;

    public SigningDesk(Func<IReadOnlyList<SigningRequest>, ChainView, IReadOnlyList<SigningAnswer>> sign,
        Func<IReadOnlyList<SigningAnswer>, ValueTask> answer)
    {
        (_sign, _answer) = (sign, answer);
        _working = Task.Run(WorkAsync);
    }

    /// <summary>Never waits. What a slot asks for is bounded by the validators of this node.</summary>
    public void Ask(IReadOnlyList<SigningRequest> requests, ChainView view) => _asked.Writer.TryWrite((requests, view));

    public async ValueTask DisposeAsync()
    {
        _asked.Writer.TryComplete();
        await _working;
    }

    private async Task WorkAsync()
    {
        await foreach (var (requests, view) in _asked.Reader.ReadAllAsync())
        {
            IReadOnlyList<SigningAnswer> answers;
            try
            {
                answers = _sign(requests, view);
            }
            catch (Exception e)
            {
                // Without its history a key signs nothing, whatever is the matter with it; the desk stays open, so that it signs
                // again once there is room on the device, or whatever was amiss.
                var why = e is StoreException or IOException or UnauthorizedAccessException
                    ? e.Message
                    : $"unexpected {e.GetType().Name}: {e.Message}";
                answers = [.. requests.Select(request => new SigningAnswer(request, null, why))];
            }

            await _answer(answers);
        }
    }
}
