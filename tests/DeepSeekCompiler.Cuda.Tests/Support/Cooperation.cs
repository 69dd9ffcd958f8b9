using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DeepSeekCompiler.Cuda.Tests.Support;

/// <summary>Makes kernels that give the turn back where they wait for other threads: calls that wait are awaited, and so are the methods that hold such calls.
/// Nothing else of a text changes, but for copies: their source is passed as a view and an index, as it may lie outside where nothing is copied.</summary>
internal static class Cooperation
{
    private static readonly HashSet<string> s_waiting =
    [
        "Group.Barrier", "GroupLanes.Sum", "GroupLanes.Max", "TransferBarrier.Wait", "Warpgroup.MultiplyE4M3", "Warpgroup.MultiplyBF16", "Warpgroup.MultiplyWideBF16",
        "WarpgroupAttention.Scores", "WarpgroupAttention.Attend", "WarpgroupAttention.Mix",
        "MatrixCore.LoadMatrix", "MatrixCore.LoadMatrixTransposed", "MatrixCore.MmaBF16", "MatrixCore.MmaE4M3", "MatrixCore.Exchange", "WarpLanes.Sum", "WarpLanes.Max", "WarpLanes.Most",
    ];

    public static SyntaxTree Of(string text)
    {
        var root = CSharpSyntaxTree.ParseText(text, GeneratedKernels.Parse).GetRoot();
        var methods = root.DescendantNodes().OfType<MethodDeclarationSyntax>().ToList();
        var waiting = new HashSet<string>(s_waiting);
        // A method that calls one that waits waits itself.
        while (methods.Any(m => !waiting.Contains(m.Identifier.Text) && m.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(c => waiting.Contains(c.Expression.ToString())) && waiting.Add(m.Identifier.Text)))
        {
        }

        return CSharpSyntaxTree.Create((CSharpSyntaxNode)new Rewriter(waiting).Visit(root), GeneratedKernels.Parse);
    }

    private sealed class Rewriter(HashSet<string> waiting) : CSharpSyntaxRewriter
    {
        public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
        {
            var method = (MethodDeclarationSyntax)base.VisitMethodDeclaration(node)!;
            if (!waiting.Contains(method.Identifier.Text)) return method;
            string result = method.ReturnType.ToString();
            return method
                .WithReturnType(SyntaxFactory.ParseTypeName(result == "void" ? "ValueTask " : $"ValueTask<{result}> "))
                .AddModifiers(SyntaxFactory.Token(SyntaxKind.AsyncKeyword).WithTrailingTrivia(SyntaxFactory.Space));
        }

        public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
        {
            var call = (InvocationExpressionSyntax)base.VisitInvocationExpression(node)!;
            string name = node.Expression.ToString();
            if (name == "MatrixCore.CopyAsync") return Apart(call);
            return waiting.Contains(name) ? SyntaxFactory.ParseExpression($"(await {call})") : call;
        }

        // A statement that is nothing but a call needs no parentheses, and a place in memory is not kept while its value is waited for.
        public override SyntaxNode? VisitExpressionStatement(ExpressionStatementSyntax node)
        {
            var statement = (ExpressionStatementSyntax)base.VisitExpressionStatement(node)!;
            if (statement.Expression is ParenthesizedExpressionSyntax { Expression: AwaitExpressionSyntax call }) return statement.WithExpression(call.WithTriviaFrom(statement.Expression));
            if (statement.Expression is AssignmentExpressionSyntax { Left: ElementAccessExpressionSyntax } store && store.Right.DescendantNodesAndSelf().Any(n => n is AwaitExpressionSyntax))
                return SyntaxFactory.ParseStatement($"{{ var came = {store.Right}; {store.Left} {store.OperatorToken} came; }}\n");
            return statement;
        }

        private static InvocationExpressionSyntax Apart(InvocationExpressionSyntax call)
        {
            var arguments = call.ArgumentList.Arguments;
            var source = (ElementAccessExpressionSyntax)arguments[1].Expression;
            return call.WithArgumentList(SyntaxFactory.ParseArgumentList($"({arguments[0]}, {source.Expression}, {source.ArgumentList.Arguments[0]}, {arguments[2]})"));
        }
    }
}
