using Chain.Programs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Terminal;

/// <summary>Escapes the text of everything that a console renders. Control codes of Spectre's own pass.</summary>
public sealed class PrintableHook : IRenderHook
{
    /// <inheritdoc/>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables)
    {
        ArgumentNullException.ThrowIfNull(renderables);
        return renderables.Select(renderable => new PrintableRenderable(renderable));
    }

    private sealed class PrintableRenderable(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth).Select(Escape);

        private static Segment Escape(Segment segment) =>
            segment.IsControlCode || segment.IsLineBreak ? segment : new Segment(Printable.Escape(segment.Text), segment.Style);
    }
}
